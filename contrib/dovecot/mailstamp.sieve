# Runs before the user's own script. Explained in README.md.
require ["vnd.dovecot.filter", "fileinto", "mailbox"];
if not filter "mailstamp" {
	# No verdict, and Sieve cannot defer a message: it is kept apart from evaluated mail.
	fileinto :create "Unjudged";
	stop;
}

# Behind mailstamp.sieve: what is marked goes to Junk.
require ["fileinto", "mailbox"];
if header :is "Mailstamp-Disposition" ["quarantine", "reject"] {
	fileinto :create "Junk";
	stop;
}

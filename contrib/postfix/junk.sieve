# For a mail store that runs Sieve behind Postfix (LMTP): what mailstamp marked goes to Junk.
require ["fileinto"];
if header :is "Mailstamp-Disposition" ["quarantine", "reject"] {
	fileinto "Junk";
}

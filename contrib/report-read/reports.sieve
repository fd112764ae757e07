require ["vnd.dovecot.pipe", "envelope"];

# reports go to mailstamp; if that fails, the message is kept
if envelope :localpart "to" "dmarc" {
	pipe "mailstamp-report-read";
	stop;
}

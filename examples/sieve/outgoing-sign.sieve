# Signs what comes to this mailbox, by the key of the address in From, and sends it on: for announcements and reports of our own.
# Global, as all scripts that use a filter: sieve_before for this user.
require ["fileinto", "vnd.dovecot.filter"];

if filter "smtools-filter" "sign" {
  redirect "announce@example.net";
  stop;
}

# It failed. Nothing leaves unsigned, and the mail waits in the queue: see dovecot.conf.
fileinto "smtools-defer/sign";
stop;

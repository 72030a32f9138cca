# Encrypts what comes to this mailbox for another address, and sends it there.
# Global, as all scripts that use a filter: sieve_before for this user.
require ["fileinto", "vnd.dovecot.filter"];

if filter "smtools-filter" ["encrypt", "bob@example.net"] {
  redirect "bob@example.net";
  stop;
}

# It failed. Nothing leaves in clear, and the mail waits in the queue: see dovecot.conf.
fileinto "smtools-defer/encrypt";
stop;

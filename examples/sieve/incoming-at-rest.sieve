# Encrypts mail that arrives, so that none is stored in clear. What is encrypted already stays as it is.
require ["fileinto", "vnd.dovecot.filter"];

# Filed and done, no user's script behind it: one that fails at run time would make Dovecot store the message as it came, in
# clear. If your users need scripts of their own, encrypt in front of dovecot-lda instead, as postfix/master.cf does.
if filter "smtools-filter" "at-rest" {
  fileinto "INBOX";
  stop;
}

# It failed, and this is clear text. Nothing is stored, and the mail waits in the queue: see dovecot.conf.
fileinto "smtools-defer/at-rest";
stop;

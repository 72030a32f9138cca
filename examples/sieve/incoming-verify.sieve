# Verifies mail that arrives: each message gets one field SM-Verdict. A user's own script looks at it, for example:
#   if header :is "sm-verdict" "bad" { fileinto "Suspicious"; }
require ["editheader", "vnd.dovecot.filter"];

# What the sender wrote as our verdict goes first: if the filter fails, the message goes on as it is here.
deleteheader "SM-Verdict";

# In the form of a test: as an action a filter that is killed would end all scripts, and Dovecot would store the message as it
# came. It does that as well if a user's own script fails at run time: where somebody relies on the field, let the mail server in
# front of Dovecot remove it too, as postfix/header_checks does.
if not filter "smtools-filter" "verify" {
  keep;
}

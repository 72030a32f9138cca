#!/bin/sh
# What the sieve scripts run, as the user whose mail it is. Install it as /usr/local/lib/smtools/sieve/smtools-filter, executable,
# alone in that folder: a script can run whatever lies there.
# Deadlines are shorter than Dovecot's, which is 10 s: it kills what is late, and may die of that itself.
SMLOG=/usr/local/lib/smtools/smlog
ADDRESS=$USER # whose certificate encrypts at rest; write $USER@example.org if your users' names are without a domain

case $1 in
verify) exec $SMLOG smsign verify --annotate --batch --timeout 8 ;;
at-rest) exec $SMLOG smcrypt encrypt --at-rest --to "$ADDRESS" --batch --timeout 8 ;;
sign) exec $SMLOG smsign sign --batch --timeout 8 ;;
encrypt) exec $SMLOG smcrypt encrypt --to "$2" --batch --timeout 8 ;;
esac
exit 64

#!/bin/sh
# Stands in front of a real program, in the folder that the recipes find first, and brings it into the trouble that $T/fault names.
# The program itself is the real one; a fault that has to strike while it runs comes from a second process.
T=.
DEADLINE=1
real=$T/real/${0##*/}
read -r fault <"$T/fault"
random() { echo $(($(od -An -N2 -tu2 </dev/urandom) % $1)); }
later() { # later SECONDS SIGNAL: to this process, which will be the program by then
  { sleep "$1" && kill -"$2" $$; } </dev/null >/dev/null 2>&1 &
}

# shellcheck disable=SC3045 # dash and bash have ulimit -v
case $fault in
killed) later "0.0$(printf %02d "$(random 20)")" KILL ;;
memory) ulimit -v $(((1 + 3 * $(random 2)) * $(random 16000) + 1500)) ;; # RNP static needs 10 MB, the shared one 30
disk) TMPDIR=$T/full && export TMPDIR ;;
esac

case $fault in
stdin) exec "$real" "$@" <"$T/real" ;; # a directory: it opens, and can't be read
late) exec "$real" "$@" <>"$T/stuck" ;;
hung)
  # The recipe's own deadline would come first.
  for word; do
    shift
    set -- "$@" "$(echo "$word" | sed "s/^$DEADLINE\$/600/")"
  done
  exec "$real" "$@" <>"$T/stuck"
  ;;
pipe)
  # Nobody reads what it writes: on stdout, or to the command behind --.
  words=$#
  command=no
  while [ $words != 0 ]; do
    if [ $command = no ]; then set -- "$@" "$1"; fi
    if [ "$1" = -- ] && [ $command = no ]; then
      command=yes
      set -- "$@" sh -c 'exec <&-; exit 75'
    fi
    shift
    words=$((words - 1))
  done
  if [ $command = yes ]; then exec "$real" "$@"; fi
  fifo=$T/tmp/fifo.$$
  mkfifo "$fifo"
  : <"$fifo" &
  exec 3>"$fifo"
  wait
  rm "$fifo"
  exec "$real" "$@" >&3 3>&-
  ;;
esac
exec "$real" "$@"

# shellcheck shell=sh
# How examples are found in the documents, and the machine they run on.

# blocks FILE PREFIX: writes each example of a document to PREFIX.01, PREFIX.02 … In Markdown an example is a ```sh block. In a
# manual page it is what stands behind "$ " in a literal display or a .Dl below EXAMPLES, lines that end in \ going on; other
# lines there are output.
blocks() {
  case $1 in
  *.md)
    awk -v prefix="$2" '
      /^```/ { if (inside) inside = 0; else if ($0 == "```sh") { inside = 1; n++ } ; next }
      inside { print > sprintf("%s.%02d", prefix, n) }' "$1"
    ;;
  *)
    awk -v prefix="$2" '
      function put(line) {
        gsub(/\\&|\\:/, "", line); gsub(/\\e/, "\\", line); gsub(/\\\(aq/, "\047", line); gsub(/\\\(dq/, "\"", line); gsub(/\\-/, "-", line)
        print line > sprintf("%s.%02d", prefix, n)
        goes_on = line ~ /\\$/
      }
      /^\.Sh / { examples = $0 == ".Sh EXAMPLES" }
      !examples { next }
      /^\.Bd -literal/ { display = 1; n++; next }
      /^\.Ed/ { display = 0; next }
      /^\.Dl \$ / { n++; put(substr($0, 7)); next }
      display && /^\$ / { put(substr($0, 3)); next }
      display && goes_on { sub(/^> /, ""); put($0) }' "$1"
    ;;
  esac
}

# machine DIR: a folder with what the examples name: Bob's certificate, messages, a passphrase to be found, and a sendmail that
# keeps what it is given in outbox.
machine() {
  mkdir -p "$1/bin" "$1/home/.config/smtools"
  HOME=$1/home
  printf 'example passphrase\n' >"$1/passphrase"
  printf 'passphrase-file = %s\n' "$1/passphrase" >"$HOME/.config/smtools/smtools.conf"
  printf '#!/bin/sh\ncat >>"%s/outbox"\n' "$1" >"$1/bin/sendmail"
  chmod +x "$1/bin/sendmail"
  smkey --store "$1/bobs" --config /dev/null generate --no-passphrase 'Bob <bob@example.net>' >/dev/null
  smkey --store "$1/bobs" export bob@example.net >"$1/bob.asc"
  cat >"$1/message.eml" <<MAIL
From: Alice <alice@example.org>
To: Bob <bob@example.net>
Subject: a message
Date: Thu, 01 Jan 2026 12:00:00 +0000
Message-ID: <1@example.org>

Hello Bob.
MAIL
}

# answers DIR: once an example has made a key of Alice's and knows Bob's, what Bob sends to her.
answers() {
  if [ -e "$1/encrypted.eml" ] || ! smkey export alice@example.org >"$1/alice.asc" 2>/dev/null; then return 0; fi
  smkey --store "$1/bobs" --config /dev/null -q import "$1/alice.asc" >/dev/null
  sed 's/^From: .*/From: Bob <bob@example.net>/; s/^To: .*/To: Alice <alice@example.org>/' "$1/message.eml" >"$1/from-bob.eml"
  smsign --store "$1/bobs" --config /dev/null sign <"$1/from-bob.eml" >"$1/signed.eml"
  smcrypt --store "$1/bobs" --config /dev/null encrypt --sign --to alice@example.org <"$1/from-bob.eml" >"$1/encrypted.eml"
}

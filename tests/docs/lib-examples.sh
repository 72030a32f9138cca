# shellcheck shell=sh
# How examples are found in the documents, and the machine they run on.

# blocks FILE PREFIX: writes each example of a document to PREFIX.01, PREFIX.02 … In Markdown an example is a ```sh block. In a
# manual page it is what stands behind "$ " in a literal display below EXAMPLES, lines that end in \ going on; other lines there are
# output, written to PREFIX.01.shown. A display that begins with "# PATH" is a file, and one without "$ " a script.
blocks() {
  case $1 in
  *.md)
    awk -v prefix="$2" '
      /^```/ { if (inside) inside = 0; else if ($0 == "```sh") { inside = 1; n++ } ; next }
      inside { print > sprintf("%s.%02d", prefix, n) }' "$1"
    ;;
  *)
    awk -v prefix="$2" '
      function plain(line) {
        gsub(/\\&|\\:/, "", line); gsub(/\\e/, "\\", line); gsub(/\\\(aq/, "\047", line); gsub(/\\\(dq/, "\"", line); gsub(/\\-/, "-", line)
        return line
      }
      function put(line, suffix) { print line > sprintf("%s.%02d%s", prefix, n, suffix) }
      function flush(  i, typed, on) {
        for (i = 1; i <= count; i++) if (lines[i] ~ /^\$ /) typed = 1
        for (i = 1; i <= count; i++) {
          if (lines[1] ~ /^# [~\/]/) put(lines[i], ".file")
          else if (!typed || on) put(lines[i], "")
          else if (lines[i] ~ /^\$ /) put(substr(lines[i], 3), "")
          else put(lines[i], ".shown")
          on = (lines[i] ~ /^\$ / || on) && lines[i] ~ /\\$/
        }
      }
      /^\.Sh / { examples = $0 == ".Sh EXAMPLES" }
      !examples { next }
      /^\.Bd -literal/ { display = 1; n++; count = 0; next }
      /^\.Ed/ { display = 0; flush(); next }
      display { lines[++count] = plain($0) }' "$1"
    ;;
  esac
}

# machine DIR: a folder with what the examples name: messages, certificates of Bob's (made by gpg) and of his new key, a key of
# Carol's in gpg, a person who knows a passphrase, and a sendmail that keeps what it is given in outbox.
machine() {
  if [ ! -e "$SM_TMP/bob.secret" ]; then
    for sm_who in 'Bob <bob@example.net>' 'Carol <carol@example.org>'; do
      gpg --batch -q --passphrase '' --quick-gen-key "$sm_who" default default never 2>/dev/null
    done
    gpg --batch -q --export-secret-keys bob@example.net >"$SM_TMP/bob.secret"
    gpg --batch -q --armor --export bob@example.net >"$SM_TMP/bob.asc"
    smkey --store "$SM_TMP/new" generate --no-passphrase 'Bob <bob@example.net>' >"$SM_TMP/bob-new"
    smkey --store "$SM_TMP/new" export bob@example.net >"$SM_TMP/bob-new.asc"
  fi
  mkdir -p "$1/bin" "$1/home"
  HOME=$1/home
  GPG_TTY=/dev/null # as if there were a terminal that pinentry could use
  export GPG_TTY
  cp "$SM_TMP/bob.asc" "$SM_TMP/bob-new.asc" "$1"
  printf '#!/bin/sh\nprintf "%%s\\n" "$*" >>"%s/outbox.arguments"\ncat >>"%s/outbox"\n' "$1" "$1" >"$1/bin/sendmail"
  cat >"$1/bin/pinentry" <<'PINENTRY'
#!/bin/sh
echo OK
while read -r command _; do
  case $command in
  GETPIN) printf 'D an example of a passphrase\nOK\n' ;;
  BYE) echo OK; exit ;;
  *) echo OK ;;
  esac
done
PINENTRY
  chmod +x "$1/bin/sendmail" "$1/bin/pinentry"
  smkey --store "$1/bobs" -q import "$SM_TMP/bob.secret"
  cat >"$1/message.eml" <<'MAIL'
From: Alice <alice@example.org>
To: Bob <bob@example.net>
Subject: a message
Date: Thu, 01 Jan 2026 12:00:00 +0000
Message-ID: <1@example.org>

Hello Bob.
MAIL
}

# alice DIR: a document that does not say how takes for granted that Alice has a key, and Bob's certificate.
alice() {
  PATH="$1/bin:$PATH" smkey -q generate 'Alice <alice@example.org>' >"$1/alice.fingerprint"
  smkey -q import "$1/bob.asc"
}

# answers DIR: once there is a key of Alice's, what Bob sends to her.
answers() {
  if [ -e "$1/encrypted.eml" ] || ! smkey export alice@example.org >"$1/alice.asc" 2>/dev/null; then return 0; fi
  smkey --store "$1/bobs" -q import "$1/alice.asc"
  sed 's/^From: .*/From: Bob <bob@example.net>/; s/^To: .*/To: Alice <alice@example.org>/' "$1/message.eml" >"$1/from-bob.eml"
  smsign --store "$1/bobs" sign <"$1/from-bob.eml" >"$1/signed.eml"
  smcrypt --store "$1/bobs" encrypt --sign --to alice@example.org <"$1/from-bob.eml" >"$1/encrypted.eml"
}

# normal <TEXT: what differs from one run to the next is named.
normal() {
  sed -E 's/[0-9A-F]{40}/FINGERPRINT/g; s/[0-9A-F]{16}/KEYID/g; s/[0-9]{4}-[0-9]{2}-[0-9]{2}(T[0-9:]+Z)?/TIME/g; s/  +/  /g'
}

# shows OUTPUT SHOWN: every line of SHOWN is in OUTPUT, in this order.
shows() {
  normal <"$1" >"$1.normal"
  normal <"$2" | awk -v output="$1.normal" '
    { found = 0
      while ((getline line < output) > 0) if (line == $0) { found = 1; break }
      if (!found) { print "not printed: " $0; status = 1; exit } }
    END { exit status }'
}

# bash completion of smcrypt
# shellcheck shell=bash
_smcrypt() {
  local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]} command='' words='' kind='' i
  COMPREPLY=()
  if [[ $cur == '=' ]]; then cur=''; elif [[ $prev == '=' && $COMP_CWORD -gt 2 ]]; then prev=${COMP_WORDS[COMP_CWORD - 2]}; fi
  for ((i = 1; i < COMP_CWORD; i++)); do
    case "$command:${COMP_WORDS[i]}" in
    ':encrypt') command='encrypt' ;;
    ':decrypt') command='decrypt' ;;
    ':maildir') command='maildir' ;;
    esac
  done
  case "$command:$prev" in
  'encrypt:--to') :; return ;;
  'encrypt:--encrypt-to') :; return ;;
  'encrypt:--key') :; return ;;
  'encrypt:--missing-key') mapfile -t COMPREPLY < <(compgen -W 'fail defer pass' -- "$cur"); return ;;
  'encrypt:--server') :; return ;;
  'encrypt:--output' | 'encrypt:-o') compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
  'encrypt:--store') compopt -o filenames; mapfile -t COMPREPLY < <(compgen -d -- "$cur"); return ;;
  'encrypt:--config') compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
  'encrypt:--passphrase-fd') :; return ;;
  'encrypt:--passphrase-file') compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
  'encrypt:--cafile') compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
  'encrypt:--resolver') :; return ;;
  'encrypt:--proxy') :; return ;;
  'encrypt:--timeout') :; return ;;
  'encrypt:--status-fd') :; return ;;
  'decrypt:--max-message') :; return ;;
  'decrypt:--output' | 'decrypt:-o') compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
  'decrypt:--store') compopt -o filenames; mapfile -t COMPREPLY < <(compgen -d -- "$cur"); return ;;
  'decrypt:--config') compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
  'decrypt:--passphrase-fd') :; return ;;
  'decrypt:--passphrase-file') compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
  'decrypt:--timeout') :; return ;;
  'decrypt:--status-fd') :; return ;;
  'maildir:--to') :; return ;;
  'maildir:--jobs') :; return ;;
  'maildir:--max-message') :; return ;;
  'maildir:--output' | 'maildir:-o') compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
  'maildir:--store') compopt -o filenames; mapfile -t COMPREPLY < <(compgen -d -- "$cur"); return ;;
  'maildir:--config') compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
  'maildir:--passphrase-fd') :; return ;;
  'maildir:--passphrase-file') compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
  'maildir:--timeout') :; return ;;
  'maildir:--status-fd') :; return ;;
  'maildir:--color') mapfile -t COMPREPLY < <(compgen -W 'auto always never' -- "$cur"); return ;;
  esac
  case "$command" in
  '') words='help encrypt decrypt maildir --help --version' ;;
  'encrypt') words='--to --to-headers --encrypt-to --sign --key --missing-key --lookup --server --hidden --at-rest --keep-bcc --no-protect-headers --output -o --store --config --passphrase-fd --passphrase-file --cafile --resolver --proxy -4 -6 --allow-private --batch --timeout --status-fd --tempfail --quiet -q --verbose -v --help -h --version -V' kind= ;;
  'decrypt') words='--annotate --keep --max-message --output -o --store --config --passphrase-fd --passphrase-file --batch --timeout --status-fd --tempfail --quiet -q --verbose -v --help -h --version -V' kind= ;;
  'maildir') words='--to --decrypt --jobs --keep-names --no-protect-headers --max-message --output -o --json --store --config --passphrase-fd --passphrase-file --batch --yes --timeout --status-fd --tempfail --color --quiet -q --verbose -v --help -h --version -V' kind=d ;;
  esac
  if [[ $cur == -* || -z $kind ]]; then
    mapfile -t COMPREPLY < <(compgen -W "$words" -- "$cur")
  else
    compopt -o filenames
    mapfile -t COMPREPLY < <(compgen "-$kind" -- "$cur")
  fi
}
complete -F _smcrypt smcrypt

# bash completion of smsign
# shellcheck shell=bash
_smsign() {
  local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]} command='' words='' kind='' i
  COMPREPLY=()
  if [[ $cur == '=' ]]; then cur=''; elif [[ $prev == '=' && $COMP_CWORD -gt 2 ]]; then prev=${COMP_WORDS[COMP_CWORD - 2]}; fi
  for ((i = 1; i < COMP_CWORD; i++)); do
    case "$command:${COMP_WORDS[i]}" in
    ':sign') command='sign' ;;
    ':verify') command='verify' ;;
    esac
  done
  case "$command:$prev" in
  'sign:--key') :; return ;;
  'sign:--digest') mapfile -t COMPREPLY < <(compgen -W 'sha256 sha384 sha512' -- "$cur"); return ;;
  'sign:--output' | 'sign:-o') compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
  'sign:--store') compopt -o filenames; mapfile -t COMPREPLY < <(compgen -d -- "$cur"); return ;;
  'sign:--config') compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
  'sign:--passphrase-fd') :; return ;;
  'sign:--passphrase-file') compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
  'sign:--timeout') :; return ;;
  'sign:--status-fd') :; return ;;
  'verify:--output' | 'verify:-o') compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
  'verify:--store') compopt -o filenames; mapfile -t COMPREPLY < <(compgen -d -- "$cur"); return ;;
  'verify:--config') compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
  'verify:--timeout') :; return ;;
  'verify:--status-fd') :; return ;;
  'verify:--color') mapfile -t COMPREPLY < <(compgen -W 'auto always never' -- "$cur"); return ;;
  esac
  case "$command" in
  '') words='help sign verify --help --version' ;;
  'sign') words='--key --digest --no-protect-headers --output -o --store --config --passphrase-fd --passphrase-file --batch --timeout --status-fd --tempfail --quiet -q --verbose -v --help -h --version -V' kind= ;;
  'verify') words='--annotate --any-signer --output -o --json --store --config --batch --yes --timeout --status-fd --tempfail --color --quiet -q --verbose -v --help -h --version -V' kind= ;;
  esac
  if [[ $cur == -* || -z $kind ]]; then
    mapfile -t COMPREPLY < <(compgen -W "$words" -- "$cur")
  else
    compopt -o filenames
    mapfile -t COMPREPLY < <(compgen "-$kind" -- "$cur")
  fi
}
complete -F _smsign smsign

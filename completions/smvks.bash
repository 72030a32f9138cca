# bash completion of smvks
# shellcheck shell=bash
_smvks() {
  local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]} command='' words='' kind='' i
  COMPREPLY=()
  if [[ $cur == '=' ]]; then cur=''; elif [[ $prev == '=' && $COMP_CWORD -gt 2 ]]; then prev=${COMP_WORDS[COMP_CWORD - 2]}; fi
  for ((i = 1; i < COMP_CWORD; i++)); do
    case "$command:${COMP_WORDS[i]}" in
    ':get') command='get' ;;
    ':upload') command='upload' ;;
    ':request-verify') command='request-verify' ;;
    esac
  done
  case "$command:$prev" in
  'get:--server') :; return ;;
  'get:--output' | 'get:-o') compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
  'get:--store') compopt -o filenames; mapfile -t COMPREPLY < <(compgen -d -- "$cur"); return ;;
  'get:--config') compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
  'get:--cafile') compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
  'get:--resolver') :; return ;;
  'get:--proxy') :; return ;;
  'get:--timeout') :; return ;;
  'get:--status-fd') :; return ;;
  'get:--color') mapfile -t COMPREPLY < <(compgen -W 'auto always never' -- "$cur"); return ;;
  'upload:--server') :; return ;;
  'upload:--output' | 'upload:-o') compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
  'upload:--store') compopt -o filenames; mapfile -t COMPREPLY < <(compgen -d -- "$cur"); return ;;
  'upload:--config') compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
  'upload:--cafile') compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
  'upload:--resolver') :; return ;;
  'upload:--proxy') :; return ;;
  'upload:--timeout') :; return ;;
  'upload:--status-fd') :; return ;;
  'upload:--color') mapfile -t COMPREPLY < <(compgen -W 'auto always never' -- "$cur"); return ;;
  'request-verify:--server') :; return ;;
  'request-verify:--output' | 'request-verify:-o') compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
  'request-verify:--store') compopt -o filenames; mapfile -t COMPREPLY < <(compgen -d -- "$cur"); return ;;
  'request-verify:--config') compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
  'request-verify:--cafile') compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
  'request-verify:--resolver') :; return ;;
  'request-verify:--proxy') :; return ;;
  'request-verify:--timeout') :; return ;;
  'request-verify:--status-fd') :; return ;;
  'request-verify:--color') mapfile -t COMPREPLY < <(compgen -W 'auto always never' -- "$cur"); return ;;
  esac
  case "$command" in
  '') words='help get upload request-verify --help --version' ;;
  'get') words='--server --output -o --json --store --config --cafile --resolver --proxy -4 -6 --allow-private --batch --yes --timeout --status-fd --tempfail --color --quiet -q --verbose -v --help -h --version -V' kind= ;;
  'upload') words='--server --output -o --json --store --config --cafile --resolver --proxy -4 -6 --allow-private --batch --yes --timeout --status-fd --tempfail --color --quiet -q --verbose -v --help -h --version -V' kind=f ;;
  'request-verify') words='--server --output -o --json --store --config --cafile --resolver --proxy -4 -6 --allow-private --batch --yes --timeout --status-fd --tempfail --color --quiet -q --verbose -v --help -h --version -V' kind= ;;
  esac
  if [[ $cur == -* || -z $kind ]]; then
    mapfile -t COMPREPLY < <(compgen -W "$words" -- "$cur")
  else
    compopt -o filenames
    mapfile -t COMPREPLY < <(compgen "-$kind" -- "$cur")
  fi
}
complete -F _smvks smvks

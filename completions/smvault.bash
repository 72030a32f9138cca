# bash completion of smvault
# shellcheck shell=bash
_smvault() {
  local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]} command='' words='' kind='' i
  COMPREPLY=()
  if [[ $cur == '=' ]]; then cur=''; elif [[ $prev == '=' && $COMP_CWORD -gt 2 ]]; then prev=${COMP_WORDS[COMP_CWORD - 2]}; fi
  for ((i = 1; i < COMP_CWORD; i++)); do
    case "$command:${COMP_WORDS[i]}" in
    ':push') command='push' ;;
    ':pull') command='pull' ;;
    ':list') command='list' ;;
    ':forget') command='forget' ;;
    esac
  done
  case "$command:$prev" in
  'push:--credentials') compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
  'push:--output' | 'push:-o') compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
  'push:--store') compopt -o filenames; mapfile -t COMPREPLY < <(compgen -d -- "$cur"); return ;;
  'push:--config') compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
  'push:--cafile') compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
  'push:--resolver') :; return ;;
  'push:--proxy') :; return ;;
  'push:--timeout') :; return ;;
  'push:--status-fd') :; return ;;
  'push:--color') mapfile -t COMPREPLY < <(compgen -W 'auto always never' -- "$cur"); return ;;
  'pull:--credentials') compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
  'pull:--output' | 'pull:-o') compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
  'pull:--store') compopt -o filenames; mapfile -t COMPREPLY < <(compgen -d -- "$cur"); return ;;
  'pull:--config') compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
  'pull:--cafile') compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
  'pull:--resolver') :; return ;;
  'pull:--proxy') :; return ;;
  'pull:--timeout') :; return ;;
  'pull:--status-fd') :; return ;;
  'pull:--color') mapfile -t COMPREPLY < <(compgen -W 'auto always never' -- "$cur"); return ;;
  'list:--credentials') compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
  'list:--output' | 'list:-o') compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
  'list:--store') compopt -o filenames; mapfile -t COMPREPLY < <(compgen -d -- "$cur"); return ;;
  'list:--config') compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
  'list:--cafile') compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
  'list:--resolver') :; return ;;
  'list:--proxy') :; return ;;
  'list:--timeout') :; return ;;
  'list:--status-fd') :; return ;;
  'list:--color') mapfile -t COMPREPLY < <(compgen -W 'auto always never' -- "$cur"); return ;;
  'forget:--credentials') compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
  'forget:--output' | 'forget:-o') compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
  'forget:--store') compopt -o filenames; mapfile -t COMPREPLY < <(compgen -d -- "$cur"); return ;;
  'forget:--config') compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
  'forget:--cafile') compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
  'forget:--resolver') :; return ;;
  'forget:--proxy') :; return ;;
  'forget:--timeout') :; return ;;
  'forget:--status-fd') :; return ;;
  'forget:--color') mapfile -t COMPREPLY < <(compgen -W 'auto always never' -- "$cur"); return ;;
  esac
  case "$command" in
  '') words='help push pull list forget --help --version' ;;
  'push') words='--credentials --output -o --json --store --config --cafile --resolver --proxy -4 -6 --allow-private --batch --yes --timeout --status-fd --tempfail --color --quiet -q --verbose -v --help -h --version -V' kind= ;;
  'pull') words='--credentials --output -o --json --store --config --cafile --resolver --proxy -4 -6 --allow-private --batch --yes --timeout --status-fd --tempfail --color --quiet -q --verbose -v --help -h --version -V' kind= ;;
  'list') words='--credentials --output -o --json --store --config --cafile --resolver --proxy -4 -6 --allow-private --batch --yes --timeout --status-fd --tempfail --color --quiet -q --verbose -v --help -h --version -V' kind= ;;
  'forget') words='--credentials --output -o --json --store --config --cafile --resolver --proxy -4 -6 --allow-private --batch --yes --timeout --status-fd --tempfail --color --quiet -q --verbose -v --help -h --version -V' kind= ;;
  esac
  if [[ $cur == -* || -z $kind ]]; then
    mapfile -t COMPREPLY < <(compgen -W "$words" -- "$cur")
  else
    compopt -o filenames
    mapfile -t COMPREPLY < <(compgen "-$kind" -- "$cur")
  fi
}
complete -F _smvault smvault

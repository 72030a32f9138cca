# bash completion of smwkd
# shellcheck shell=bash
_smwkd() {
  local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]} command='' words='' kind='' i
  COMPREPLY=()
  if [[ $cur == '=' ]]; then cur=''; elif [[ $prev == '=' && $COMP_CWORD -gt 2 ]]; then prev=${COMP_WORDS[COMP_CWORD - 2]}; fi
  for ((i = 1; i < COMP_CWORD; i++)); do
    case "$command:${COMP_WORDS[i]}" in
    ':hash') command='hash' ;;
    ':url') command='url' ;;
    ':get') command='get' ;;
    ':check') command='check' ;;
    ':publish') command='publish' ;;
    esac
  done
  case "$command:$prev" in
  'hash:--output' | 'hash:-o') compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
  'hash:--store') compopt -o filenames; mapfile -t COMPREPLY < <(compgen -d -- "$cur"); return ;;
  'hash:--config') compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
  'hash:--timeout') :; return ;;
  'hash:--status-fd') :; return ;;
  'hash:--color') mapfile -t COMPREPLY < <(compgen -W 'auto always never' -- "$cur"); return ;;
  'url:--method') mapfile -t COMPREPLY < <(compgen -W 'advanced direct both' -- "$cur"); return ;;
  'url:--output' | 'url:-o') compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
  'url:--store') compopt -o filenames; mapfile -t COMPREPLY < <(compgen -d -- "$cur"); return ;;
  'url:--config') compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
  'url:--timeout') :; return ;;
  'url:--status-fd') :; return ;;
  'url:--color') mapfile -t COMPREPLY < <(compgen -W 'auto always never' -- "$cur"); return ;;
  'get:--method') mapfile -t COMPREPLY < <(compgen -W 'advanced direct' -- "$cur"); return ;;
  'get:--output' | 'get:-o') compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
  'get:--store') compopt -o filenames; mapfile -t COMPREPLY < <(compgen -d -- "$cur"); return ;;
  'get:--config') compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
  'get:--cafile') compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
  'get:--resolver') :; return ;;
  'get:--proxy') :; return ;;
  'get:--timeout') :; return ;;
  'get:--status-fd') :; return ;;
  'get:--color') mapfile -t COMPREPLY < <(compgen -W 'auto always never' -- "$cur"); return ;;
  'check:--method') mapfile -t COMPREPLY < <(compgen -W 'advanced direct' -- "$cur"); return ;;
  'check:--output' | 'check:-o') compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
  'check:--store') compopt -o filenames; mapfile -t COMPREPLY < <(compgen -d -- "$cur"); return ;;
  'check:--config') compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
  'check:--cafile') compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
  'check:--resolver') :; return ;;
  'check:--proxy') :; return ;;
  'check:--timeout') :; return ;;
  'check:--status-fd') :; return ;;
  'check:--color') mapfile -t COMPREPLY < <(compgen -W 'auto always never' -- "$cur"); return ;;
  'publish:--domain') :; return ;;
  'publish:--method') mapfile -t COMPREPLY < <(compgen -W 'advanced direct' -- "$cur"); return ;;
  'publish:--out') compopt -o filenames; mapfile -t COMPREPLY < <(compgen -d -- "$cur"); return ;;
  'publish:--output' | 'publish:-o') compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
  'publish:--store') compopt -o filenames; mapfile -t COMPREPLY < <(compgen -d -- "$cur"); return ;;
  'publish:--config') compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
  'publish:--timeout') :; return ;;
  'publish:--status-fd') :; return ;;
  'publish:--color') mapfile -t COMPREPLY < <(compgen -W 'auto always never' -- "$cur"); return ;;
  esac
  case "$command" in
  '') words='help hash url get check publish --help --version' ;;
  'hash') words='--output -o --json --store --config --batch --yes --timeout --status-fd --tempfail --color --quiet -q --verbose -v --help -h --version -V' kind= ;;
  'url') words='--method --output -o --json --store --config --batch --yes --timeout --status-fd --tempfail --color --quiet -q --verbose -v --help -h --version -V' kind= ;;
  'get') words='--method --output -o --json --store --config --cafile --resolver --proxy -4 -6 --allow-private --batch --yes --timeout --status-fd --tempfail --color --quiet -q --verbose -v --help -h --version -V' kind= ;;
  'check') words='--method --output -o --json --store --config --cafile --resolver --proxy -4 -6 --allow-private --batch --yes --timeout --status-fd --tempfail --color --quiet -q --verbose -v --help -h --version -V' kind= ;;
  'publish') words='--domain --method --out --allow-empty --output -o --json --store --config --batch --yes --timeout --status-fd --tempfail --color --quiet -q --verbose -v --help -h --version -V' kind= ;;
  esac
  if [[ $cur == -* || -z $kind ]]; then
    mapfile -t COMPREPLY < <(compgen -W "$words" -- "$cur")
  else
    compopt -o filenames
    mapfile -t COMPREPLY < <(compgen "-$kind" -- "$cur")
  fi
}
complete -F _smwkd smwkd

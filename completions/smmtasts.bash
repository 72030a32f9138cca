# bash completion of smmtasts
# shellcheck shell=bash
_smmtasts() {
  local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]} command='' words='' kind='' i
  COMPREPLY=()
  if [[ $cur == '=' ]]; then cur=''; elif [[ $prev == '=' && $COMP_CWORD -gt 2 ]]; then prev=${COMP_WORDS[COMP_CWORD - 2]}; fi
  for ((i = 1; i < COMP_CWORD; i++)); do
    case "$command:${COMP_WORDS[i]}" in
    ':check') command='check' ;;
    ':lookup') command='lookup' ;;
    ':lint') command='lint' ;;
    ':match') command='match' ;;
    ':generate') command='generate' ;;
    ':postfix') command='postfix' ;;
    ':cache') command='cache' ;;
    'cache:list') command='cache list' ;;
    'cache:show') command='cache show' ;;
    'cache:purge') command='cache purge' ;;
    ':refresh') command='refresh' ;;
    ':serve') command='serve' ;;
    esac
  done
  case "$command:$prev" in
  'check:--cache') compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
  'check:--days') :; return ;;
  'check:--helo') :; return ;;
  'check:--dns-timeout') :; return ;;
  'check:--fetch-timeout') :; return ;;
  'check:--connect-timeout') :; return ;;
  'check:--step-timeout') :; return ;;
  'check:--skip') compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
  'check:--output' | 'check:-o') compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
  'check:--store') compopt -o filenames; mapfile -t COMPREPLY < <(compgen -d -- "$cur"); return ;;
  'check:--config') compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
  'check:--cafile') compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
  'check:--resolver') :; return ;;
  'check:--dnssec') mapfile -t COMPREPLY < <(compgen -W 'auto resolver local' -- "$cur"); return ;;
  'check:--proxy') :; return ;;
  'check:--jobs') :; return ;;
  'check:--timeout') :; return ;;
  'check:--status-fd') :; return ;;
  'check:--color') mapfile -t COMPREPLY < <(compgen -W 'auto always never' -- "$cur"); return ;;
  'lookup:--cache') compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
  'lookup:--output' | 'lookup:-o') compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
  'lookup:--store') compopt -o filenames; mapfile -t COMPREPLY < <(compgen -d -- "$cur"); return ;;
  'lookup:--config') compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
  'lookup:--cafile') compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
  'lookup:--resolver') :; return ;;
  'lookup:--dnssec') mapfile -t COMPREPLY < <(compgen -W 'auto resolver local' -- "$cur"); return ;;
  'lookup:--proxy') :; return ;;
  'lookup:--timeout') :; return ;;
  'lookup:--status-fd') :; return ;;
  'lookup:--color') mapfile -t COMPREPLY < <(compgen -W 'auto always never' -- "$cur"); return ;;
  'lint:--output' | 'lint:-o') compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
  'lint:--store') compopt -o filenames; mapfile -t COMPREPLY < <(compgen -d -- "$cur"); return ;;
  'lint:--config') compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
  'lint:--timeout') :; return ;;
  'lint:--status-fd') :; return ;;
  'lint:--color') mapfile -t COMPREPLY < <(compgen -W 'auto always never' -- "$cur"); return ;;
  'match:--output' | 'match:-o') compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
  'match:--store') compopt -o filenames; mapfile -t COMPREPLY < <(compgen -d -- "$cur"); return ;;
  'match:--config') compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
  'match:--timeout') :; return ;;
  'match:--status-fd') :; return ;;
  'match:--color') mapfile -t COMPREPLY < <(compgen -W 'auto always never' -- "$cur"); return ;;
  'generate:--mode') mapfile -t COMPREPLY < <(compgen -W 'enforce testing none' -- "$cur"); return ;;
  'generate:--mx') :; return ;;
  'generate:--max-age') :; return ;;
  'generate:--output' | 'generate:-o') compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
  'generate:--store') compopt -o filenames; mapfile -t COMPREPLY < <(compgen -d -- "$cur"); return ;;
  'generate:--config') compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
  'generate:--timeout') :; return ;;
  'generate:--status-fd') :; return ;;
  'generate:--color') mapfile -t COMPREPLY < <(compgen -W 'auto always never' -- "$cur"); return ;;
  'postfix:--cache') compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
  'postfix:--output' | 'postfix:-o') compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
  'postfix:--store') compopt -o filenames; mapfile -t COMPREPLY < <(compgen -d -- "$cur"); return ;;
  'postfix:--config') compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
  'postfix:--cafile') compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
  'postfix:--resolver') :; return ;;
  'postfix:--dnssec') mapfile -t COMPREPLY < <(compgen -W 'auto resolver local' -- "$cur"); return ;;
  'postfix:--proxy') :; return ;;
  'postfix:--timeout') :; return ;;
  'postfix:--status-fd') :; return ;;
  'postfix:--color') mapfile -t COMPREPLY < <(compgen -W 'auto always never' -- "$cur"); return ;;
  'cache list:--cache') compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
  'cache list:--output' | 'cache list:-o') compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
  'cache list:--store') compopt -o filenames; mapfile -t COMPREPLY < <(compgen -d -- "$cur"); return ;;
  'cache list:--config') compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
  'cache list:--timeout') :; return ;;
  'cache list:--status-fd') :; return ;;
  'cache list:--color') mapfile -t COMPREPLY < <(compgen -W 'auto always never' -- "$cur"); return ;;
  'cache show:--cache') compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
  'cache show:--output' | 'cache show:-o') compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
  'cache show:--store') compopt -o filenames; mapfile -t COMPREPLY < <(compgen -d -- "$cur"); return ;;
  'cache show:--config') compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
  'cache show:--timeout') :; return ;;
  'cache show:--status-fd') :; return ;;
  'cache show:--color') mapfile -t COMPREPLY < <(compgen -W 'auto always never' -- "$cur"); return ;;
  'cache purge:--cache') compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
  'cache purge:--output' | 'cache purge:-o') compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
  'cache purge:--store') compopt -o filenames; mapfile -t COMPREPLY < <(compgen -d -- "$cur"); return ;;
  'cache purge:--config') compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
  'cache purge:--timeout') :; return ;;
  'cache purge:--status-fd') :; return ;;
  'cache purge:--color') mapfile -t COMPREPLY < <(compgen -W 'auto always never' -- "$cur"); return ;;
  'refresh:--cache') compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
  'refresh:--output' | 'refresh:-o') compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
  'refresh:--store') compopt -o filenames; mapfile -t COMPREPLY < <(compgen -d -- "$cur"); return ;;
  'refresh:--config') compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
  'refresh:--cafile') compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
  'refresh:--resolver') :; return ;;
  'refresh:--dnssec') mapfile -t COMPREPLY < <(compgen -W 'auto resolver local' -- "$cur"); return ;;
  'refresh:--proxy') :; return ;;
  'refresh:--jobs') :; return ;;
  'refresh:--timeout') :; return ;;
  'refresh:--status-fd') :; return ;;
  'refresh:--color') mapfile -t COMPREPLY < <(compgen -W 'auto always never' -- "$cur"); return ;;
  'serve:--socket') :; return ;;
  'serve:--metrics') compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
  'serve:--cache') compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
  'serve:--store') compopt -o filenames; mapfile -t COMPREPLY < <(compgen -d -- "$cur"); return ;;
  'serve:--config') compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
  'serve:--cafile') compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
  'serve:--resolver') :; return ;;
  'serve:--dnssec') mapfile -t COMPREPLY < <(compgen -W 'auto resolver local' -- "$cur"); return ;;
  'serve:--proxy') :; return ;;
  'serve:--status-fd') :; return ;;
  'serve:--color') mapfile -t COMPREPLY < <(compgen -W 'auto always never' -- "$cur"); return ;;
  esac
  case "$command" in
  '') words='help check lookup lint match generate postfix cache refresh serve --help --version' ;;
  'cache') words='list show purge' ;;
  'check') words='--cache --days --helo --dns-timeout --fetch-timeout --connect-timeout --step-timeout --sort --skip --nagios --output -o --json --store --config --cafile --resolver --dnssec --proxy -4 -6 --allow-private --jobs --batch --yes --timeout --status-fd --tempfail --color --quiet -q --verbose -v --help -h --version -V' kind= ;;
  'lookup') words='--cache --output -o --json --store --config --cafile --resolver --dnssec --proxy -4 -6 --allow-private --batch --yes --timeout --status-fd --tempfail --color --quiet -q --verbose -v --help -h --version -V' kind= ;;
  'lint') words='--output -o --json --store --config --batch --yes --timeout --status-fd --tempfail --color --quiet -q --verbose -v --help -h --version -V' kind=f ;;
  'match') words='--output -o --json --store --config --batch --yes --timeout --status-fd --tempfail --color --quiet -q --verbose -v --help -h --version -V' kind= ;;
  'generate') words='--mode --mx --max-age --output -o --store --config --batch --yes --timeout --status-fd --tempfail --color --quiet -q --verbose -v --help -h --version -V' kind= ;;
  'postfix') words='--cache --attributes --output -o --json --store --config --cafile --resolver --dnssec --proxy -4 -6 --allow-private --batch --yes --timeout --status-fd --tempfail --color --quiet -q --verbose -v --help -h --version -V' kind= ;;
  'cache list') words='--cache --output -o --json --store --config --batch --yes --timeout --status-fd --tempfail --color --quiet -q --verbose -v --help -h --version -V' kind= ;;
  'cache show') words='--cache --output -o --json --store --config --batch --yes --timeout --status-fd --tempfail --color --quiet -q --verbose -v --help -h --version -V' kind= ;;
  'cache purge') words='--cache --output -o --store --config --batch --yes --timeout --status-fd --tempfail --color --quiet -q --verbose -v --help -h --version -V' kind= ;;
  'refresh') words='--cache --output -o --json --store --config --cafile --resolver --dnssec --proxy -4 -6 --allow-private --jobs --batch --yes --timeout --status-fd --tempfail --color --quiet -q --verbose -v --help -h --version -V' kind= ;;
  'serve') words='--socket --metrics --cache --attributes --store --config --cafile --resolver --dnssec --proxy -4 -6 --allow-private --batch --yes --status-fd --tempfail --color --quiet -q --verbose -v --help -h --version -V' kind= ;;
  esac
  if [[ $cur == -* || -z $kind ]]; then
    mapfile -t COMPREPLY < <(compgen -W "$words" -- "$cur")
  else
    compopt -o filenames
    mapfile -t COMPREPLY < <(compgen "-$kind" -- "$cur")
  fi
}
complete -F _smmtasts smmtasts

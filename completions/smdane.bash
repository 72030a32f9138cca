# bash completion of smdane
# shellcheck shell=bash
_smdane() {
  local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]} command='' words='' kind='' i
  COMPREPLY=()
  if [[ $cur == '=' ]]; then cur=''; elif [[ $prev == '=' && $COMP_CWORD -gt 2 ]]; then prev=${COMP_WORDS[COMP_CWORD - 2]}; fi
  for ((i = 1; i < COMP_CWORD; i++)); do
    case "$command:${COMP_WORDS[i]}" in
    ':check') command='check' ;;
    ':lookup') command='lookup' ;;
    ':generate') command='generate' ;;
    ':rollover') command='rollover' ;;
    esac
  done
  case "$command:$prev" in
  'check:--days') :; return ;;
  'check:--helo') :; return ;;
  'check:--starttls') mapfile -t COMPREPLY < <(compgen -W 'smtp imap pop3 none' -- "$cur"); return ;;
  'check:--dns-timeout') :; return ;;
  'check:--connect-timeout') :; return ;;
  'check:--step-timeout') :; return ;;
  'check:--skip') compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
  'check:--output' | 'check:-o') compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
  'check:--store') compopt -o filenames; mapfile -t COMPREPLY < <(compgen -d -- "$cur"); return ;;
  'check:--config') compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
  'check:--resolver') :; return ;;
  'check:--dnssec') mapfile -t COMPREPLY < <(compgen -W 'auto resolver local' -- "$cur"); return ;;
  'check:--jobs') :; return ;;
  'check:--timeout') :; return ;;
  'check:--status-fd') :; return ;;
  'check:--color') mapfile -t COMPREPLY < <(compgen -W 'auto always never' -- "$cur"); return ;;
  'lookup:--dns-timeout') :; return ;;
  'lookup:--output' | 'lookup:-o') compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
  'lookup:--store') compopt -o filenames; mapfile -t COMPREPLY < <(compgen -d -- "$cur"); return ;;
  'lookup:--config') compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
  'lookup:--resolver') :; return ;;
  'lookup:--dnssec') mapfile -t COMPREPLY < <(compgen -W 'auto resolver local' -- "$cur"); return ;;
  'lookup:--jobs') :; return ;;
  'lookup:--timeout') :; return ;;
  'lookup:--status-fd') :; return ;;
  'lookup:--color') mapfile -t COMPREPLY < <(compgen -W 'auto always never' -- "$cur"); return ;;
  'generate:--cert') compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
  'generate:--key') compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
  'generate:--csr') compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
  'generate:--usage') mapfile -t COMPREPLY < <(compgen -W '3 2 1 0' -- "$cur"); return ;;
  'generate:--selector') mapfile -t COMPREPLY < <(compgen -W '1 0' -- "$cur"); return ;;
  'generate:--type') mapfile -t COMPREPLY < <(compgen -W '1 2 0' -- "$cur"); return ;;
  'generate:--output' | 'generate:-o') compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
  'generate:--store') compopt -o filenames; mapfile -t COMPREPLY < <(compgen -d -- "$cur"); return ;;
  'generate:--config') compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
  'generate:--resolver') :; return ;;
  'generate:--dnssec') mapfile -t COMPREPLY < <(compgen -W 'auto resolver local' -- "$cur"); return ;;
  'generate:--timeout') :; return ;;
  'generate:--status-fd') :; return ;;
  'generate:--color') mapfile -t COMPREPLY < <(compgen -W 'auto always never' -- "$cur"); return ;;
  'rollover:--current') compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
  'rollover:--next') compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
  'rollover:--state') compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
  'rollover:--output' | 'rollover:-o') compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
  'rollover:--store') compopt -o filenames; mapfile -t COMPREPLY < <(compgen -d -- "$cur"); return ;;
  'rollover:--config') compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
  'rollover:--resolver') :; return ;;
  'rollover:--dnssec') mapfile -t COMPREPLY < <(compgen -W 'auto resolver local' -- "$cur"); return ;;
  'rollover:--timeout') :; return ;;
  'rollover:--status-fd') :; return ;;
  'rollover:--color') mapfile -t COMPREPLY < <(compgen -W 'auto always never' -- "$cur"); return ;;
  esac
  case "$command" in
  '') words='help check lookup generate rollover --help --version' ;;
  'check') words='--host --quick --opportunistic --days --helo --starttls -4 -6 --allow-private --dns-timeout --connect-timeout --step-timeout --sort --skip --nagios --output -o --json --store --config --resolver --dnssec --jobs --batch --yes --timeout --status-fd --tempfail --color --quiet -q --verbose -v --help -h --version -V' kind= ;;
  'lookup') words='--dns-timeout --sort --output -o --json --store --config --resolver --dnssec --jobs --batch --yes --timeout --status-fd --tempfail --color --quiet -q --verbose -v --help -h --version -V' kind= ;;
  'generate') words='--cert --key --csr --live -4 -6 --usage --selector --type --nsupdate --output -o --json --store --config --resolver --dnssec --batch --yes --timeout --status-fd --tempfail --color --quiet -q --verbose -v --help -h --version -V' kind= ;;
  'rollover') words='--current --next --state --output -o --json --store --config --resolver --dnssec --batch --yes --timeout --status-fd --tempfail --color --quiet -q --verbose -v --help -h --version -V' kind= ;;
  esac
  if [[ $cur == -* || -z $kind ]]; then
    mapfile -t COMPREPLY < <(compgen -W "$words" -- "$cur")
  else
    compopt -o filenames
    mapfile -t COMPREPLY < <(compgen "-$kind" -- "$cur")
  fi
}
complete -F _smdane smdane

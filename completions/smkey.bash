# bash completion of smkey
# shellcheck shell=bash
_smkey() {
  local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]} command='' words='' kind='' i
  COMPREPLY=()
  if [[ $cur == '=' ]]; then cur=''; elif [[ $prev == '=' && $COMP_CWORD -gt 2 ]]; then prev=${COMP_WORDS[COMP_CWORD - 2]}; fi
  for ((i = 1; i < COMP_CWORD; i++)); do
    case "$command:${COMP_WORDS[i]}" in
    ':generate') command='generate' ;;
    ':list') command='list' ;;
    ':show') command='show' ;;
    ':import') command='import' ;;
    ':export') command='export' ;;
    ':delete') command='delete' ;;
    ':bindings') command='bindings' ;;
    ':accept') command='accept' ;;
    ':autocrypt') command='autocrypt' ;;
    'autocrypt:header') command='autocrypt header' ;;
    'autocrypt:import') command='autocrypt import' ;;
    ':reindex') command='reindex' ;;
    esac
  done
  case "$command:$prev" in
  'generate:--algo') mapfile -t COMPREPLY < <(compgen -W 'ed25519 rsa3072 rsa4096 nistp256 nistp384 nistp521' -- "$cur"); return ;;
  'generate:--expires') :; return ;;
  'generate:--output' | 'generate:-o') compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
  'generate:--store') compopt -o filenames; mapfile -t COMPREPLY < <(compgen -d -- "$cur"); return ;;
  'generate:--config') compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
  'generate:--passphrase-fd') :; return ;;
  'generate:--passphrase-file') compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
  'generate:--timeout') :; return ;;
  'generate:--status-fd') :; return ;;
  'generate:--color') mapfile -t COMPREPLY < <(compgen -W 'auto always never' -- "$cur"); return ;;
  'list:--expiring') :; return ;;
  'list:--output' | 'list:-o') compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
  'list:--store') compopt -o filenames; mapfile -t COMPREPLY < <(compgen -d -- "$cur"); return ;;
  'list:--config') compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
  'list:--timeout') :; return ;;
  'list:--status-fd') :; return ;;
  'list:--color') mapfile -t COMPREPLY < <(compgen -W 'auto always never' -- "$cur"); return ;;
  'show:--output' | 'show:-o') compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
  'show:--store') compopt -o filenames; mapfile -t COMPREPLY < <(compgen -d -- "$cur"); return ;;
  'show:--config') compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
  'show:--timeout') :; return ;;
  'show:--status-fd') :; return ;;
  'show:--color') mapfile -t COMPREPLY < <(compgen -W 'auto always never' -- "$cur"); return ;;
  'import:--output' | 'import:-o') compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
  'import:--store') compopt -o filenames; mapfile -t COMPREPLY < <(compgen -d -- "$cur"); return ;;
  'import:--config') compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
  'import:--timeout') :; return ;;
  'import:--status-fd') :; return ;;
  'import:--color') mapfile -t COMPREPLY < <(compgen -W 'auto always never' -- "$cur"); return ;;
  'export:--address') :; return ;;
  'export:--output' | 'export:-o') compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
  'export:--store') compopt -o filenames; mapfile -t COMPREPLY < <(compgen -d -- "$cur"); return ;;
  'export:--config') compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
  'export:--timeout') :; return ;;
  'export:--status-fd') :; return ;;
  'export:--color') mapfile -t COMPREPLY < <(compgen -W 'auto always never' -- "$cur"); return ;;
  'delete:--output' | 'delete:-o') compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
  'delete:--store') compopt -o filenames; mapfile -t COMPREPLY < <(compgen -d -- "$cur"); return ;;
  'delete:--config') compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
  'delete:--timeout') :; return ;;
  'delete:--status-fd') :; return ;;
  'delete:--color') mapfile -t COMPREPLY < <(compgen -W 'auto always never' -- "$cur"); return ;;
  'bindings:--forget') :; return ;;
  'bindings:--output' | 'bindings:-o') compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
  'bindings:--store') compopt -o filenames; mapfile -t COMPREPLY < <(compgen -d -- "$cur"); return ;;
  'bindings:--config') compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
  'bindings:--timeout') :; return ;;
  'bindings:--status-fd') :; return ;;
  'bindings:--color') mapfile -t COMPREPLY < <(compgen -W 'auto always never' -- "$cur"); return ;;
  'accept:--output' | 'accept:-o') compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
  'accept:--store') compopt -o filenames; mapfile -t COMPREPLY < <(compgen -d -- "$cur"); return ;;
  'accept:--config') compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
  'accept:--timeout') :; return ;;
  'accept:--status-fd') :; return ;;
  'accept:--color') mapfile -t COMPREPLY < <(compgen -W 'auto always never' -- "$cur"); return ;;
  'autocrypt header:--output' | 'autocrypt header:-o') compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
  'autocrypt header:--store') compopt -o filenames; mapfile -t COMPREPLY < <(compgen -d -- "$cur"); return ;;
  'autocrypt header:--config') compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
  'autocrypt header:--timeout') :; return ;;
  'autocrypt header:--status-fd') :; return ;;
  'autocrypt header:--color') mapfile -t COMPREPLY < <(compgen -W 'auto always never' -- "$cur"); return ;;
  'autocrypt import:--output' | 'autocrypt import:-o') compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
  'autocrypt import:--store') compopt -o filenames; mapfile -t COMPREPLY < <(compgen -d -- "$cur"); return ;;
  'autocrypt import:--config') compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
  'autocrypt import:--passphrase-fd') :; return ;;
  'autocrypt import:--passphrase-file') compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
  'autocrypt import:--timeout') :; return ;;
  'autocrypt import:--status-fd') :; return ;;
  'autocrypt import:--color') mapfile -t COMPREPLY < <(compgen -W 'auto always never' -- "$cur"); return ;;
  'reindex:--output' | 'reindex:-o') compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
  'reindex:--store') compopt -o filenames; mapfile -t COMPREPLY < <(compgen -d -- "$cur"); return ;;
  'reindex:--config') compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
  'reindex:--timeout') :; return ;;
  'reindex:--status-fd') :; return ;;
  'reindex:--color') mapfile -t COMPREPLY < <(compgen -W 'auto always never' -- "$cur"); return ;;
  esac
  case "$command" in
  '') words='help generate list show import export delete bindings accept autocrypt reindex --help --version' ;;
  'autocrypt') words='header import' ;;
  'generate') words='--algo --expires --no-passphrase --output -o --json --store --config --passphrase-fd --passphrase-file --batch --yes --timeout --status-fd --tempfail --color --quiet -q --verbose -v --help -h --version -V' kind= ;;
  'list') words='--secret --expiring --output -o --json --store --config --batch --yes --timeout --status-fd --tempfail --color --quiet -q --verbose -v --help -h --version -V' kind= ;;
  'show') words='--output -o --json --store --config --batch --yes --timeout --status-fd --tempfail --color --quiet -q --verbose -v --help -h --version -V' kind= ;;
  'import') words='--no-bind --output -o --json --store --config --batch --yes --timeout --status-fd --tempfail --color --quiet -q --verbose -v --help -h --version -V' kind=f ;;
  'export') words='--secret --binary --address --minimal --all --output -o --json --store --config --batch --yes --timeout --status-fd --tempfail --color --quiet -q --verbose -v --help -h --version -V' kind= ;;
  'delete') words='--secret --output -o --json --store --config --batch --yes --timeout --status-fd --tempfail --color --quiet -q --verbose -v --help -h --version -V' kind= ;;
  'bindings') words='--forget --output -o --json --store --config --batch --yes --timeout --status-fd --tempfail --color --quiet -q --verbose -v --help -h --version -V' kind= ;;
  'accept') words='--output -o --json --store --config --batch --yes --timeout --status-fd --tempfail --color --quiet -q --verbose -v --help -h --version -V' kind= ;;
  'autocrypt header') words='--output -o --json --store --config --batch --yes --timeout --status-fd --tempfail --color --quiet -q --verbose -v --help -h --version -V' kind= ;;
  'autocrypt import') words='--output -o --json --store --config --passphrase-fd --passphrase-file --batch --yes --timeout --status-fd --tempfail --color --quiet -q --verbose -v --help -h --version -V' kind= ;;
  'reindex') words='--output -o --json --store --config --batch --yes --timeout --status-fd --tempfail --color --quiet -q --verbose -v --help -h --version -V' kind= ;;
  esac
  if [[ $cur == -* || -z $kind ]]; then
    mapfile -t COMPREPLY < <(compgen -W "$words" -- "$cur")
  else
    compopt -o filenames
    mapfile -t COMPREPLY < <(compgen "-$kind" -- "$cur")
  fi
}
complete -F _smkey smkey

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
    ':passwd') command='passwd' ;;
    ':expire') command='expire' ;;
    ':revoke') command='revoke' ;;
    ':revocation') command='revocation' ;;
    ':uid') command='uid' ;;
    'uid:add') command='uid add' ;;
    'uid:revoke') command='uid revoke' ;;
    'uid:primary') command='uid primary' ;;
    ':subkey') command='subkey' ;;
    'subkey:add') command='subkey add' ;;
    'subkey:revoke') command='subkey revoke' ;;
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
  'passwd:--new-passphrase-fd') :; return ;;
  'passwd:--new-passphrase-file') compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
  'passwd:--output' | 'passwd:-o') compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
  'passwd:--store') compopt -o filenames; mapfile -t COMPREPLY < <(compgen -d -- "$cur"); return ;;
  'passwd:--config') compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
  'passwd:--passphrase-fd') :; return ;;
  'passwd:--passphrase-file') compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
  'passwd:--timeout') :; return ;;
  'passwd:--status-fd') :; return ;;
  'passwd:--color') mapfile -t COMPREPLY < <(compgen -W 'auto always never' -- "$cur"); return ;;
  'expire:--subkey') :; return ;;
  'expire:--output' | 'expire:-o') compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
  'expire:--store') compopt -o filenames; mapfile -t COMPREPLY < <(compgen -d -- "$cur"); return ;;
  'expire:--config') compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
  'expire:--passphrase-fd') :; return ;;
  'expire:--passphrase-file') compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
  'expire:--timeout') :; return ;;
  'expire:--status-fd') :; return ;;
  'expire:--color') mapfile -t COMPREPLY < <(compgen -W 'auto always never' -- "$cur"); return ;;
  'revoke:--reason') mapfile -t COMPREPLY < <(compgen -W 'compromised superseded retired none' -- "$cur"); return ;;
  'revoke:--message') :; return ;;
  'revoke:--subkey') :; return ;;
  'revoke:--output' | 'revoke:-o') compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
  'revoke:--store') compopt -o filenames; mapfile -t COMPREPLY < <(compgen -d -- "$cur"); return ;;
  'revoke:--config') compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
  'revoke:--passphrase-fd') :; return ;;
  'revoke:--passphrase-file') compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
  'revoke:--timeout') :; return ;;
  'revoke:--status-fd') :; return ;;
  'revoke:--color') mapfile -t COMPREPLY < <(compgen -W 'auto always never' -- "$cur"); return ;;
  'revocation:--reason') mapfile -t COMPREPLY < <(compgen -W 'compromised superseded retired none' -- "$cur"); return ;;
  'revocation:--message') :; return ;;
  'revocation:--output' | 'revocation:-o') compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
  'revocation:--store') compopt -o filenames; mapfile -t COMPREPLY < <(compgen -d -- "$cur"); return ;;
  'revocation:--config') compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
  'revocation:--passphrase-fd') :; return ;;
  'revocation:--passphrase-file') compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
  'revocation:--timeout') :; return ;;
  'revocation:--status-fd') :; return ;;
  'revocation:--color') mapfile -t COMPREPLY < <(compgen -W 'auto always never' -- "$cur"); return ;;
  'uid add:--output' | 'uid add:-o') compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
  'uid add:--store') compopt -o filenames; mapfile -t COMPREPLY < <(compgen -d -- "$cur"); return ;;
  'uid add:--config') compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
  'uid add:--passphrase-fd') :; return ;;
  'uid add:--passphrase-file') compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
  'uid add:--timeout') :; return ;;
  'uid add:--status-fd') :; return ;;
  'uid add:--color') mapfile -t COMPREPLY < <(compgen -W 'auto always never' -- "$cur"); return ;;
  'uid revoke:--output' | 'uid revoke:-o') compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
  'uid revoke:--store') compopt -o filenames; mapfile -t COMPREPLY < <(compgen -d -- "$cur"); return ;;
  'uid revoke:--config') compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
  'uid revoke:--passphrase-fd') :; return ;;
  'uid revoke:--passphrase-file') compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
  'uid revoke:--timeout') :; return ;;
  'uid revoke:--status-fd') :; return ;;
  'uid revoke:--color') mapfile -t COMPREPLY < <(compgen -W 'auto always never' -- "$cur"); return ;;
  'uid primary:--output' | 'uid primary:-o') compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
  'uid primary:--store') compopt -o filenames; mapfile -t COMPREPLY < <(compgen -d -- "$cur"); return ;;
  'uid primary:--config') compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
  'uid primary:--passphrase-fd') :; return ;;
  'uid primary:--passphrase-file') compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
  'uid primary:--timeout') :; return ;;
  'uid primary:--status-fd') :; return ;;
  'uid primary:--color') mapfile -t COMPREPLY < <(compgen -W 'auto always never' -- "$cur"); return ;;
  'subkey add:--algo') mapfile -t COMPREPLY < <(compgen -W 'ed25519 rsa3072 rsa4096 nistp256 nistp384 nistp521' -- "$cur"); return ;;
  'subkey add:--usage') mapfile -t COMPREPLY < <(compgen -W 'sign encrypt' -- "$cur"); return ;;
  'subkey add:--output' | 'subkey add:-o') compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
  'subkey add:--store') compopt -o filenames; mapfile -t COMPREPLY < <(compgen -d -- "$cur"); return ;;
  'subkey add:--config') compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
  'subkey add:--passphrase-fd') :; return ;;
  'subkey add:--passphrase-file') compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
  'subkey add:--timeout') :; return ;;
  'subkey add:--status-fd') :; return ;;
  'subkey add:--color') mapfile -t COMPREPLY < <(compgen -W 'auto always never' -- "$cur"); return ;;
  'subkey revoke:--output' | 'subkey revoke:-o') compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
  'subkey revoke:--store') compopt -o filenames; mapfile -t COMPREPLY < <(compgen -d -- "$cur"); return ;;
  'subkey revoke:--config') compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
  'subkey revoke:--passphrase-fd') :; return ;;
  'subkey revoke:--passphrase-file') compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
  'subkey revoke:--timeout') :; return ;;
  'subkey revoke:--status-fd') :; return ;;
  'subkey revoke:--color') mapfile -t COMPREPLY < <(compgen -W 'auto always never' -- "$cur"); return ;;
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
  '') words='help generate list show import export delete passwd expire revoke revocation uid subkey bindings accept autocrypt reindex --help --version' ;;
  'uid') words='add revoke primary' ;;
  'subkey') words='add revoke' ;;
  'autocrypt') words='header import' ;;
  'generate') words='--algo --expires --no-passphrase --output -o --json --store --config --passphrase-fd --passphrase-file --batch --yes --timeout --status-fd --tempfail --color --quiet -q --verbose -v --help -h --version -V' kind= ;;
  'list') words='--secret --expiring --output -o --json --store --config --batch --yes --timeout --status-fd --tempfail --color --quiet -q --verbose -v --help -h --version -V' kind= ;;
  'show') words='--output -o --json --store --config --batch --yes --timeout --status-fd --tempfail --color --quiet -q --verbose -v --help -h --version -V' kind= ;;
  'import') words='--no-bind --output -o --json --store --config --batch --yes --timeout --status-fd --tempfail --color --quiet -q --verbose -v --help -h --version -V' kind=f ;;
  'export') words='--secret --binary --address --minimal --all --output -o --json --store --config --batch --yes --timeout --status-fd --tempfail --color --quiet -q --verbose -v --help -h --version -V' kind= ;;
  'delete') words='--secret --output -o --json --store --config --batch --yes --timeout --status-fd --tempfail --color --quiet -q --verbose -v --help -h --version -V' kind= ;;
  'passwd') words='--new-passphrase-fd --new-passphrase-file --output -o --json --store --config --passphrase-fd --passphrase-file --batch --yes --timeout --status-fd --tempfail --color --quiet -q --verbose -v --help -h --version -V' kind= ;;
  'expire') words='--subkey --output -o --json --store --config --passphrase-fd --passphrase-file --batch --yes --timeout --status-fd --tempfail --color --quiet -q --verbose -v --help -h --version -V' kind= ;;
  'revoke') words='--reason --message --subkey --output -o --json --store --config --passphrase-fd --passphrase-file --batch --yes --timeout --status-fd --tempfail --color --quiet -q --verbose -v --help -h --version -V' kind= ;;
  'revocation') words='--reason --message --output -o --json --store --config --passphrase-fd --passphrase-file --batch --yes --timeout --status-fd --tempfail --color --quiet -q --verbose -v --help -h --version -V' kind= ;;
  'uid add') words='--output -o --json --store --config --passphrase-fd --passphrase-file --batch --yes --timeout --status-fd --tempfail --color --quiet -q --verbose -v --help -h --version -V' kind= ;;
  'uid revoke') words='--output -o --json --store --config --passphrase-fd --passphrase-file --batch --yes --timeout --status-fd --tempfail --color --quiet -q --verbose -v --help -h --version -V' kind= ;;
  'uid primary') words='--output -o --json --store --config --passphrase-fd --passphrase-file --batch --yes --timeout --status-fd --tempfail --color --quiet -q --verbose -v --help -h --version -V' kind= ;;
  'subkey add') words='--algo --usage --output -o --json --store --config --passphrase-fd --passphrase-file --batch --yes --timeout --status-fd --tempfail --color --quiet -q --verbose -v --help -h --version -V' kind= ;;
  'subkey revoke') words='--output -o --json --store --config --passphrase-fd --passphrase-file --batch --yes --timeout --status-fd --tempfail --color --quiet -q --verbose -v --help -h --version -V' kind= ;;
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

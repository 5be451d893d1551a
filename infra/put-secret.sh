#!/usr/bin/env bash
# Hands a secret that somebody else gave us to the program, such as the key of GOV.UK Notify.
#
#   infra/put-secret.sh prod notify-api-key         asks for it, and does not show it
#   infra/put-secret.sh prod notify-api-key <FILE   takes the first line of FILE
set -euo pipefail
# shellcheck source=session.sh
source "$(dirname -- "${BASH_SOURCE[0]}")/session.sh"
# shellcheck source=secrets.sh
source "${INFRA}/secrets.sh"

main() {
  choose_environment "${1:-}"
  local name="${2:-}" value=''
  case "${name}" in
    notify-api-key | notify-callback-token) ;;
    *) fail "say which: notify-api-key or notify-callback-token. The program's own keys are made by deploy.sh and rotate-keys.sh." ;;
  esac
  need az jq
  sign_in
  need_deployed
  [[ ! -t 0 ]] || printf 'The secret (it is not shown): '
  read -rs value || [[ -n "${value}" ]] || fail "nothing came in"
  printf '%s' "${value}" | put_secret "${name}"
}

main "$@"

#!/usr/bin/env bash
# Hands a secret that somebody else gave us to the program: what a controller has at GOV.UK Notify.
#
#   infra/put-secret.sh prod notify-riverside-api-key          asks for it, and does not show it
#   infra/put-secret.sh prod notify-riverside-callback-token <FILE    takes the first line of FILE
#
# `riverside` is the controller, as it is called in the document that controllers.sh puts in.
set -euo pipefail
# shellcheck source=session.sh
source "$(dirname -- "${BASH_SOURCE[0]}")/session.sh"
# shellcheck source=secrets.sh
source "${INFRA}/secrets.sh"

main() {
  choose_environment "${1:-}"
  local name="${2:-}" value=''
  [[ "${name}" =~ ^notify-[A-Za-z0-9-]+-(api-key|callback-token)$ ]] \
    || fail "say which: notify-CONTROLLER-api-key or notify-CONTROLLER-callback-token. The program's own keys are made by deploy.sh and rotate-keys.sh."
  need az jq
  sign_in
  need_deployed
  [[ ! -t 0 ]] || printf 'The secret (it is not shown): '
  read -rs value || [[ -n "${value}" ]] || fail "nothing came in"
  printf '%s' "${value}" | put_secret "${name}"
}

main "$@"

#!/usr/bin/env bash
# Locks the policy of the audit container, once, in production. From then on nobody, Microsoft included, removes an entry
# before its time, and the storage account cannot be deleted while one stands. It cannot be undone.
#
#   infra/lock-audit.sh prod
set -euo pipefail
# shellcheck source=session.sh
source "$(dirname -- "${BASH_SOURCE[0]}")/session.sh"

main() {
  choose_environment "${1:-}"
  [[ "${ENVIRONMENT}" == prod ]] || fail "only production is locked: a locked trial could not be taken down for years"
  need az jq
  sign_in
  need_deployed
  local account policy state days etag
  account="$(output privateAccountName)"
  policy="$(az storage container immutability-policy show --resource-group "${GROUP}" --account-name "${account}" --container-name audit --output json)"
  state="$(jq --raw-output .state <<<"${policy}")"
  days="$(jq --raw-output .immutabilityPeriodSinceCreationInDays <<<"${policy}")"
  etag="$(jq --raw-output .etag <<<"${policy}")"
  if [[ "${state}" == Locked ]]; then
    say "The policy is locked: ${days} days. It can be made longer, never shorter."
    return
  fi
  ((days >= 2922)) || fail "the policy says ${days} days; a record is kept for eight years, 2922 days. Mend auditRetentionDays and deploy first."
  confirm "This cannot be undone: entries of \`audit\` in ${account} stand for ${days} days each." "lock for ${days} days"
  az storage container immutability-policy lock --resource-group "${GROUP}" --account-name "${account}" --container-name audit --if-match "${etag}" --output none
  say "Locked. deploy.sh sees it and leaves the policy alone from now on."
}

main "$@"

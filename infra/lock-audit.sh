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
  local account state days etag
  account="$(output privateAccountName)"
  look_up "the policy of the audit trail" "$(audit_policy "${account}")" 2025-01-01 \
    || fail "the container \`audit\` of ${account} has no policy: deploy again"
  state="$(jq --raw-output .properties.state <<<"${FOUND}")"
  days="$(jq --raw-output '.properties.immutabilityPeriodSinceCreationInDays // 0' <<<"${FOUND}")"
  etag="$(jq --raw-output '.etag // .properties.etag // ""' <<<"${FOUND}")"
  if [[ "${state}" == Locked ]]; then
    say "The policy is locked: ${days} days. It can be made longer, never shorter."
    return
  fi
  [[ "${state}" == Unlocked && -n "${etag}" ]] || fail "Azure says of the policy that it is \`${state}\`: nothing was changed"
  ((days >= 2922)) || fail "the policy says ${days} days; a record is kept for eight years, 2922 days. Mend auditRetentionDays and deploy first."
  confirm "This cannot be undone: entries of \`audit\` in ${account} stand for ${days} days each." "lock for ${days} days"
  az storage container immutability-policy lock --resource-group "${GROUP}" --account-name "${account}" --container-name audit --if-match "${etag}" --output none
  say "Locked. deploy.sh sees it and leaves the policy alone from now on."
}

main "$@"

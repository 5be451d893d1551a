#!/usr/bin/env bash
# Shows that what is lost comes back: restores the database as it was into an account beside it, compares its containers and
# their keys (not each document), and takes the copy down again. The copy holds patients' data: it is as shut as the original, and it goes whatever happens.
#
#   infra/restore-drill.sh prod                  as it was an hour ago
#   infra/restore-drill.sh prod --at 2026-11-22T09:00:00Z
set -euo pipefail
# shellcheck source=session.sh
source "$(dirname -- "${BASH_SOURCE[0]}")/session.sh"

main() {
  choose_environment "${1:-}"
  shift
  local moment='' began account identity
  IS_SURE=no
  while (($# > 0)); do
    case "$1" in
      --yes) IS_SURE=yes ;;
      --at) moment="${2:?--at needs a time}" && shift ;;
      *) fail "I do not know $1" ;;
    esac
    shift
  done
  need az jq
  sign_in
  need_deployed
  blobs_come_back
  account="$(output cosmosAccountName)"
  COPY="drill-$(date --utc +%m%d%H%M)-${account:0:20}"
  COPY="${COPY%-}"
  moment="${moment:-$(date --utc --date '1 hour ago' +%Y-%m-%dT%H:%M:%SZ)}"
  look_up "the database ${account}" "Microsoft.DocumentDB/databaseAccounts/${account}" 2025-04-15 || fail "${account} is not there: deploy again"
  identity="$(jq --raw-output '.identity.userAssignedIdentities // {} | keys | first // ""' <<<"${FOUND}")"
  [[ -n "${identity}" ]] || fail "${account} has no identity to reach its key by: deploy again"
  confirm "Restore ${account} as it was at ${moment} into ${COPY}, and delete that again?" drill
  take_down_older
  began="${SECONDS}"
  trap 'take_down "${COPY}"' EXIT
  # Without --disable-local-auth the copy would take keys, and the policy `no-document-keys` refuses it.
  az cosmosdb restore --resource-group "${GROUP}" --account-name "${account}" --target-database-account-name "${COPY}" \
    --restore-timestamp "${moment}" --location uksouth --public-network-access DISABLED --assign-identity "${identity}" \
    --default-identity "UserAssignedIdentity=${identity}" --disable-local-auth true --output none
  say "Restored in $(((SECONDS - began) / 60)) minutes."
  compare "${account}"
}

# Versions and deleted blobs come back for as many days as the templates say; this reads what the accounts say.
blobs_come_back() {
  local account found
  for account in "$(output privateAccountName)" "$(output mediaAccountName)"; do
    found="$(az storage account blob-service-properties show --resource-group "${GROUP}" --account-name "${account}" --output json \
      | jq --raw-output 'if .isVersioningEnabled and .deleteRetentionPolicy.enabled then .deleteRetentionPolicy.days else "none" end')"
    [[ "${found}" != none ]] || fail "${account} keeps no versions or no deleted blobs: deploy again"
    say "${account}: versions, and deleted blobs for ${found} days"
  done
}

compare() {
  local original copy
  original="$(containers_of "$1")"
  copy="$(containers_of "${COPY}")"
  [[ -n "${original}" && "${original}" == "${copy}" ]] || fail "the copy has other containers: $(paste -sd' ' <<<"${copy}")"
  say "The copy has the same containers with the same keys: $(cut -f1 <<<"${copy}" | paste -sd' ')"
  say "After a real restore pictures are newer than records: those that no record names are kept for 30 days and told to the operator."
  say "The order of steps is in infra/README.md, \"After the database was restored\"; erase again before anybody works on it."
}

containers_of() {
  az cosmosdb sql container list --resource-group "${GROUP}" --account-name "$1" --database-name "$(output databaseName)" \
    --query 'sort_by([].{name: name, key: resource.partitionKey.paths[0]}, &name)[].[name, key]' --output tsv
}

# A drill that was cut off leaves its copy, which is patients' data and costs money.
take_down_older() {
  local all older
  look_up "the list of databases in ${GROUP}" Microsoft.DocumentDB/databaseAccounts 2025-04-15 || fail "${GROUP} is not there"
  all="$(jq --raw-output '.value[].name | select(startswith("drill-"))' <<<"${FOUND}")"
  while read -r older; do
    [[ -n "${older}" ]] || continue
    say "${older} stands from a drill that was cut off"
    take_down "${older}"
  done <<<"${all}"
}

take_down() {
  trap - EXIT
  say "Deleting the copy $1"
  az cosmosdb delete --resource-group "${GROUP}" --name "$1" --yes --output none \
    || fail "$1 may still be there, with patients' data: az cosmosdb delete --resource-group ${GROUP} --name $1. A restore that goes on has to end first."
}

main "$@"

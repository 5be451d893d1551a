# shellcheck shell=bash disable=SC2154
# The queues have no public face. Work on them opens their account for one address and one person, for as long as a script runs, and shuts it
# whatever happens. Sourced, never run.

QUEUE_WORKER=974c5e8b-45b9-4653-ba55-5f855dd0fb88

# open_queues ADDRESS: lets the signed-in person at the queues of ACCOUNT.
open_queues() {
  local address="$1" scope person
  [[ "${address}" =~ ^[0-9]+(\.[0-9]+){3}$ ]] || fail "say this machine's public IPv4 address: --from ADDRESS"
  person="$(az account get-access-token --query accessToken --output tsv | cut -d. -f2 | tr '_-' '/+' \
    | jq --raw-input --raw-output '. + "=" * ((4 - length % 4) % 4) | @base64d | fromjson | .oid')" || fail "az does not say who is signed in: az logout, then az login"
  look_up "the account ${ACCOUNT}" "Microsoft.Storage/storageAccounts/${ACCOUNT}" 2025-01-01 || fail "${ACCOUNT} is not there: deploy again"
  QUEUES="$(jq --raw-output '.properties.primaryEndpoints.queue // ""' <<<"${FOUND}")"
  [[ -n "${QUEUES}" ]] || fail "Azure does not say where the queues of ${ACCOUNT} are"
  scope="/subscriptions/${SUBSCRIPTION}/resourceGroups/${GROUP}/providers/Microsoft.Storage/storageAccounts/${ACCOUNT}"
  WORKING="${scope}/providers/Microsoft.Authorization/roleAssignments/$(id_of "${scope}" "${person}" "${QUEUE_WORKER}")"
  trap shut_queues EXIT
  say "Opening the queues to ${address} (this takes some minutes)"
  set_account Enabled "[{\"value\": \"${address}\", \"action\": \"Allow\"}]"
  az role assignment create --assignee-object-id "${person}" --assignee-principal-type User --role "${QUEUE_WORKER}" --scope "${scope}" \
    --name "${WORKING##*/}" --output none
  QUEUE_TOKEN="$(az account get-access-token --resource https://storage.azure.com --query accessToken --output tsv)"
  wait_for "the queues to let ${address} in" 30 "Is ${address} the address that the world sees this machine at? Then run this again." look_at_queues
}

look_at_queues() {
  local said
  said="$(queues GET '?comp=list&maxresults=1' 2>&1)" && return
  say "  ${said##*$'\n'}"
  return 1
}

# queues METHOD PATH: a call of the queues' own interface. The token goes through a file of its own: arguments of a process are seen by everybody.
queues() {
  local method="$1" path="$2"
  shift 2
  curl --silent --show-error --fail-with-body --max-time 60 --request "${method}" --config <(printf 'header = "authorization: Bearer %s"\n' "${QUEUE_TOKEN}") \
    --header 'x-ms-version: 2024-11-04' --header "x-ms-date: $(LC_ALL=C date --utc '+%a, %d %b %Y %H:%M:%S GMT')" "$@" "${QUEUES}${path}"
}

shut_queues() {
  trap - EXIT
  az role assignment delete --ids "${WORKING}" --yes --output none || say "  the role ${WORKING} may still be there: take it away"
  set_account Disabled '[]' || say "  ${ACCOUNT} is still open: az storage account update --public-network-access Disabled"
}

set_account() {
  arm patch "Microsoft.Storage/storageAccounts/${ACCOUNT}" 2025-01-01 --output none --body \
    "{\"properties\": {\"publicNetworkAccess\": \"$1\", \"networkAcls\": {\"bypass\": \"AzureServices\", \"defaultAction\": \"Deny\", \"ipRules\": $2}}}"
}

#!/usr/bin/env bash
# Ends an environment: refuses while a legal hold stands, hands everything back into a folder, and only then deletes.
#
#   infra/teardown.sh dev --from ADDRESS --hand-back FOLDER
#
# FOLDER gets every document, one JSON a line, every filed picture, and SHA256SUMS of all of it.
set -euo pipefail
# shellcheck source=session.sh
source "$(dirname -- "${BASH_SOURCE[0]}")/session.sh"
# shellcheck source=door.sh
source "${INFRA}/door.sh"

CONTAINERS=(patients register links inbox ledger)
BLOB_READER=2a2b9908-6ea1-4ae2-8e65-a410df84e7d1

main() {
  choose_environment "${1:-}"
  shift
  local address='' folder=''
  IS_SURE=no
  while (($# > 0)); do
    case "$1" in
      --from) address="${2:?--from needs an address}" && shift ;;
      --hand-back) folder="${2:?--hand-back needs a folder}" && shift ;;
      *) fail "I do not know $1" ;;
    esac
    shift
  done
  [[ -n "${folder}" ]] || fail "say where the data are handed back to: --hand-back FOLDER"
  need az jq curl openssl sha256sum
  sign_in
  read_outputs
  if began_to_delete; then
    say "An earlier run handed everything back and began to delete. This one goes on with that."
    confirm_deletion
    delete_all
    return
  fi
  [[ ! -e "${folder}" || -z "$(ls -A "${folder}")" ]] || fail "${folder} is not empty: name another, or remove what a run that was cut off left in it"
  need_deployed
  open_door "${address}" "${COSMOS_READER}"
  trap put_back EXIT
  refuse_where_held
  say "No legal hold stands. The app stops, so that nothing arrives that is not handed back."
  APP="$(output functionAppName)"
  az functionapp stop --resource-group "${GROUP}" --name "${APP}" --output none
  # What was placed in the meantime.
  refuse_where_held
  hand_back "${folder}"
  shut_door
  confirm_deletion
  mark
  delete_all
}

# Whatever happens before the first deletion: everything is as it was.
put_back() {
  stop_reading
  shut_door
  [[ -z "${APP:-}" ]] || az functionapp start --resource-group "${GROUP}" --name "${APP}" --output none || say "  ${APP} stands still: az functionapp start"
}

refuse_where_held() {
  local held
  held="$(documents patients "SELECT c.id FROM c WHERE STARTSWITH(c.id, 'hold-') AND NOT IS_DEFINED(c.body.releasedAt)" | wc -l)"
  ((held == 0)) || fail "${held} legal holds stand. They are released by those who placed them, or not at all; nothing was deleted."
}

hand_back() {
  local folder="$1" container account scope count
  umask 077
  mkdir -p "${folder}/documents" "${folder}/pictures"
  for container in "${CONTAINERS[@]}"; do
    documents "${container}" >"${folder}/documents/${container}.jsonl"
    say "  $(wc -l <"${folder}/documents/${container}.jsonl") documents of ${container}"
  done
  account="$(output mediaAccountName)"
  scope="/subscriptions/${SUBSCRIPTION}/resourceGroups/${GROUP}/providers/Microsoft.Storage/storageAccounts/${account}"
  READING="${scope}/providers/Microsoft.Authorization/roleAssignments/$(id_of "${scope}" "${PERSON}" "${BLOB_READER}")"
  az role assignment create --assignee-object-id "${PERSON}" --assignee-principal-type User --role "${BLOB_READER}" --scope "${scope}" \
    --name "${READING##*/}" --output none
  # A role that was just given takes minutes to be known everywhere.
  wait_for "the pictures to be read" 15 "Why not, stands above; nothing was deleted. Run this again." download "${folder}/pictures"
  count="$(az storage blob list --auth-mode login --blob-endpoint "$(output mediaEndpoint)" --container-name records --num-results '*' --query 'length(@)' --output tsv)"
  [[ "$(find "${folder}/pictures" -type f | wc -l)" == "${count}" ]] || fail "${count} pictures are there, and not all of them came: nothing was deleted"
  say "  ${count} pictures"
  stop_reading
  (cd -- "${folder}" && find documents pictures -type f -print0 | sort -z | xargs -0 -r sha256sum >SHA256SUMS)
  say "Handed back to ${folder}. Check it, keep it encrypted, and give it to the controllers."
}

download() {
  az storage blob download-batch --auth-mode login --blob-endpoint "$(output mediaEndpoint)" --source records --destination "$1" --overwrite \
    --no-progress --output none
}

stop_reading() {
  [[ -n "${READING:-}" ]] || return 0
  az role assignment delete --ids "${READING}" --yes --output none || say "  the role ${READING} is still there: take it away"
  READING=''
}

confirm_deletion() { confirm "Delete \`${STACK}\` with all its data, for good?" "delete ${STACK}"; }

# From the first deletion on there is nothing to hand back any more, and the names of what stands may be gone with the stack. So
# the group remembers. It forgets within a day, and with the next deployment: then there may be something again.
mark() {
  local account state=''
  account="$(output privateAccountName)"
  if look_up "the policy of the audit trail" "$(audit_policy "${account}")" 2025-01-01; then
    state="$(jq --raw-output '.properties.state // ""' <<<"${FOUND}")"
  fi
  az tag update --resource-id "/subscriptions/${SUBSCRIPTION}/resourceGroups/${GROUP}" --operation Merge --output none \
    --tags "handed-back=$(date --utc +%s)" "audit-policy=${state:-none}"
  AUDIT="${state}"
  trap - EXIT
}

# Sets AUDIT to what the group remembers. An app that somebody started again may have taken what nobody handed back: then this is no
# deletion to go on with.
began_to_delete() {
  local tags since
  look_up "the group ${GROUP}" "/subscriptions/${SUBSCRIPTION}/resourceGroups/${GROUP}" 2025-04-01 || return 1
  tags="$(jq '.tags // {}' <<<"${FOUND}")"
  since="$(jq --raw-output '.["handed-back"] // 0' <<<"${tags}")"
  AUDIT="$(jq --raw-output '.["audit-policy"] // ""' <<<"${tags}")"
  (($(date --utc +%s) - since < 86400)) && ! app_runs
}

# The group is asked: with the stack its names are gone.
app_runs() {
  look_up "the app of ${GROUP}" Microsoft.Web/sites 2024-11-01 || return 1
  jq --exit-status 'any(.value[]; .properties.state != "Stopped")' <<<"${FOUND}" >/dev/null
}

# A locked audit trail stays with its account and its key; Azure would refuse anyhow.
delete_all() {
  if [[ "${AUDIT}" != Locked ]]; then
    [[ "${HAS_STACK}" == no ]] || az stack sub delete --name "${STACK}" --action-on-unmanage deleteAll --yes --output none
    say "Deleted. The vault waits 90 days before its name and keys are free; nobody can shorten that."
    return
  fi
  [[ "${HAS_STACK}" == no ]] || az stack sub delete --name "${STACK}" --action-on-unmanage detachAll --yes --output none
  local kind
  for kind in Microsoft.Web/sites Microsoft.Web/serverfarms Microsoft.DocumentDB/databaseAccounts Microsoft.Communication/communicationServices \
    Microsoft.EventGrid/systemTopics Microsoft.EventGrid/topics; do
    delete_kind "${kind}" ''
  done
  delete_kind Microsoft.Storage/storageAccounts stmedia
  say "Deleted, but for the locked audit trail with its account, vault, network and logs: they stand until its last entry's time is up."
}

# delete_kind TYPE BEGINNING: every resource of a type whose name begins so.
delete_kind() {
  local id
  az resource list --resource-group "${GROUP}" --resource-type "$1" --query "[?starts_with(name, '$2')].id" --output tsv | while read -r id; do
    az resource delete --ids "${id}" --output none
  done
}

main "$@"

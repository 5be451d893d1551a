# shellcheck shell=bash disable=SC2034,SC2154
# The database has no public face. Work that an administrator must do on documents opens it for one address and one person,
# for as long as a script runs, and shuts it whatever happens. Sourced, never run.

COSMOS_READER=00000000-0000-0000-0000-000000000001
COSMOS_WRITER=00000000-0000-0000-0000-000000000002

# open_door ADDRESS ROLE: lets the signed-in person in from one address.
open_door() {
  local role="$2"
  ADDRESS="$1"
  [[ "${ADDRESS}" =~ ^[0-9]+(\.[0-9]+){3}$ ]] || fail "say this machine's public IPv4 address: --from ADDRESS"
  DATABASE="$(output cosmosAccountName)"
  PERSON="$(az account get-access-token --query accessToken --output tsv | cut -d. -f2 | tr '_-' '/+' \
    | jq --raw-input --raw-output '. + "=" * ((4 - length % 4) % 4) | @base64d | fromjson | .oid')" \
    || fail "az does not say who is signed in, for the reason above: az logout, then az login"
  [[ "${PERSON}" =~ ^[0-9a-f-]{36}$ ]] || fail "az does not say who is signed in: az logout, then az login"
  DOOR_ROLE="$(id_of "${GROUP}" "${DATABASE}" "${PERSON}" "${role}")"
  HEADERS="$(mktemp)"
  DOOR=open
  trap shut_door EXIT
  say "Opening the database to ${ADDRESS} (this takes some minutes)"
  az cosmosdb update --resource-group "${GROUP}" --name "${DATABASE}" --public-network-access ENABLED --ip-range-filter "${ADDRESS}" --output none
  az cosmosdb sql role assignment create --resource-group "${GROUP}" --account-name "${DATABASE}" --role-assignment-id "${DOOR_ROLE}" \
    --role-definition-id "${role}" --principal-id "${PERSON}" --scope "/dbs/$(output databaseName)" --output none
  TOKEN="$(az account get-access-token --resource https://cosmos.azure.com --query accessToken --output tsv)"
  # A role that was just given, and a door that was just opened, take minutes to be known everywhere.
  wait_for "the database to let ${ADDRESS} in" 30 "Is ${ADDRESS} the address that the world sees this machine at? Then run this again." knock
}

# Says why not, where the database answers at all: 401 and 403 are the role or the address, anything else is not its answer.
knock() {
  local said
  said="$(cosmos "$(output cosmosEndpoint)dbs/$(output databaseName)/colls/register/pkranges" --max-time 15 --output /dev/null 2>&1)" && return
  say "  ${said##*$'\n'}"
  return 1
}

shut_door() {
  [[ "${DOOR:-}" == open ]] || return 0
  DOOR=shut
  rm -f -- "${HEADERS}"
  say "Shutting the database again"
  az cosmosdb sql role assignment delete --resource-group "${GROUP}" --account-name "${DATABASE}" --role-assignment-id "${DOOR_ROLE}" --yes --output none \
    || say "  the role ${DOOR_ROLE} of ${PERSON} on ${DATABASE} may still be there: take it away"
  az cosmosdb update --resource-group "${GROUP}" --name "${DATABASE}" --public-network-access DISABLED --ip-range-filter '' --output none \
    || say "  ${DATABASE} is still open: az cosmosdb update --public-network-access DISABLED"
}

# documents CONTAINER [QUERY]: every document of a container, or what a query finds in it, one JSON a line.
documents() {
  local container="$1" query="${2:-SELECT * FROM c}" url range ranges answer continuation before
  url="$(output cosmosEndpoint)dbs/$(output databaseName)/colls/${container}"
  ranges="$(cosmos "${url}/pkranges" | jq --raw-output '.PartitionKeyRanges[].id')"
  # A container has one at the least: none would read as "it holds nothing".
  [[ -n "${ranges}" ]] || fail "the database names no part of ${container}: nothing was read, nothing was changed"
  for range in ${ranges}; do
    continuation=''
    while :; do
      before="${continuation}"
      answer="$(jq --null-input --arg query "${query}" '{query: $query, parameters: []}' | cosmos "${url}/docs" --request POST --data-binary @- \
        --header 'content-type: application/query+json' --header 'x-ms-documentdb-isquery: true' --header 'x-ms-max-item-count: 500' \
        --header 'x-ms-documentdb-query-enablecrosspartition: true' --header "x-ms-documentdb-partitionkeyrangeid: ${range}" \
        --header "x-ms-continuation: ${continuation}" --dump-header "${HEADERS}")"
      jq --compact-output '.Documents[]' <<<"${answer}"
      continuation="$(tr -d '\r' <"${HEADERS}" | sed -n 's/^x-ms-continuation: //Ip')"
      [[ -n "${continuation}" ]] || break
      [[ "${continuation}" != "${before}" ]] || fail "the database gives the same page of ${container} again and again; nothing was changed. Try again later."
    done
  done
}

# A call of the database. The token goes through a file of its own: arguments of a process are seen by everybody.
cosmos() {
  local url="$1"
  shift
  curl --silent --show-error --fail-with-body --max-time 60 --config <(printf 'header = "authorization: type%%3Daad%%26ver%%3D1.0%%26sig%%3D%s"\n' "${TOKEN}") \
    --header 'x-ms-version: 2018-12-31' --header "x-ms-date: $(LC_ALL=C date --utc '+%a, %d %b %Y %H:%M:%S GMT')" "$@" "${url}"
}

#!/usr/bin/env bash
# Starts a night of erasures now: after a restore, or where none came. A night that comes twice erases nothing twice.
#
#   infra/night.sh prod
#
# The host's own key is asked for, used once and kept nowhere. Behind a web firewall the app answers 403 to this machine: then start the function
# `expire-records` in the portal, "Code + Test".
set -euo pipefail
# shellcheck source=session.sh
source "$(dirname -- "${BASH_SOURCE[0]}")/session.sh"

main() {
  choose_environment "${1:-}"
  shift
  IS_SURE=no
  while (($# > 0)); do
    case "$1" in
      --yes) IS_SURE=yes ;;
      *) fail "I do not know $1" ;;
    esac
    shift
  done
  need az jq curl
  sign_in
  need_deployed
  local app host key code
  app="$(output functionAppName)"
  look_up "the app ${app}" "Microsoft.Web/sites/${app}" 2024-11-01 || fail "${app} is not there: deploy again"
  host="$(jq --raw-output '.properties.defaultHostName // ""' <<<"${FOUND}")"
  [[ -n "${host}" && "$(jq --raw-output .properties.state <<<"${FOUND}")" == Running ]] || fail "${app} does not run: az functionapp start"
  confirm "Start a night in ${ENVIRONMENT}? Whatever is due is erased, for good." night
  key="$(az functionapp keys list --resource-group "${GROUP}" --name "${app}" --query masterKey --output tsv)"
  [[ -n "${key}" ]] || fail "Azure does not give you the host's key: nothing was started"
  code="$(curl --silent --show-error --output /dev/null --write-out '%{http_code}' --max-time 60 --request POST --config <(printf 'header = "x-functions-key: %s"\n' "${key}") \
    --header 'content-type: application/json' --data '{"input": ""}' "https://${host}/admin/functions/expire-records")" || code="no answer (${code:-000})"
  [[ "${code}" == 202 ]] || fail "the host answers ${code}, not 202: no night was started"
  say "The night has begun. It is done once the log has \`expire-records\` as a success and the queue erasures is empty; erasure-late tells where it was not."
}

main "$@"

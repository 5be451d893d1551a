#!/usr/bin/env bash
# Puts the operator's controllers, teams and staff into the register, through the program's own command. Shows first what
# would change; the same file twice changes nothing.
#
#   infra/controllers.sh prod controllers.json --from ADDRESS            shows the difference and asks
#   infra/controllers.sh prod controllers.json --from ADDRESS --check    shows it only
#
# HANDLERS names the program where it is not target/package/handlers, which `cargo xtask package` makes.
set -euo pipefail
# shellcheck source=session.sh
source "$(dirname -- "${BASH_SOURCE[0]}")/session.sh"
# shellcheck source=door.sh
source "${INFRA}/door.sh"

HANDLERS="${HANDLERS:-${ROOT}/target/package/handlers}"

main() {
  choose_environment "${1:-}"
  local file="${2:-}" address='' only_check=no
  shift $(($# < 2 ? $# : 2))
  IS_SURE=no
  while (($# > 0)); do
    case "$1" in
      --from) address="${2:?--from needs an address}" && shift ;;
      --check) only_check=yes ;;
      --yes) IS_SURE=yes ;;
      *) fail "I do not know $1" ;;
    esac
    shift
  done
  need az jq curl openssl
  [[ -f "${file}" ]] || fail "say which document of controllers"
  jq --exit-status '.controllers | type == "array"' "${file}" >/dev/null || fail "${file} is no document of controllers"
  [[ -x "${HANDLERS}" ]] || fail "the program is not built: cargo xtask package"
  sign_in
  need_deployed
  open_door "${address}" "${COSMOS_WRITER}"
  read_settings
  local differences
  differences="$(register "${file}" --check)"
  if [[ -z "${differences}" ]]; then
    say "The register says so already."
  else
    say "${differences}"
    if [[ "${only_check}" == no ]]; then
      confirm "Write this into the register of ${ENVIRONMENT}?" "${ENVIRONMENT}"
      register "${file}" >/dev/null
      say "Written."
    fi
  fi
  shut_door
}

# The settings of the app itself, for the person who is signed in: without the identities that only the app can be.
read_settings() {
  local settings
  settings="$(az functionapp config appsettings list --resource-group "${GROUP}" --name "$(output functionAppName)" --output json \
    | jq --raw-output '.[] | select(.name | test("^(AzureWebJobs|APPLICATIONINSIGHTS|AZURE_CLIENT_ID|ERASURE_CLIENT_ID)") | not) | "\(.name)=\(.value)"')"
  [[ -n "${settings}" ]] || fail "the app has no settings: deploy again"
  mapfile -t SETTINGS <<<"${settings}"
}

# The program's own command: says each difference in a line, nothing where there is none; with --check it writes nothing.
register() { env "${SETTINGS[@]}" "${HANDLERS}" apply "$@"; }

main "$@"

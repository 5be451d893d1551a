#!/usr/bin/env bash
# Puts the operator's controllers, teams and staff into the register, through the program's own command. Shows first what
# would change; the same file twice changes nothing.
#
#   infra/controllers.sh prod controllers.json --from ADDRESS            shows the difference and asks
#   infra/controllers.sh prod controllers.json --from ADDRESS --check    shows it only
#
# HANDLERS names the program where it is not target/release/handlers.
set -euo pipefail
# shellcheck source=session.sh
source "$(dirname -- "${BASH_SOURCE[0]}")/session.sh"
# shellcheck source=door.sh
source "${INFRA}/door.sh"

HANDLERS="${HANDLERS:-${ROOT}/target/release/handlers}"

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
  need az jq curl openssl diff
  [[ -f "${file}" ]] || fail "say which document of controllers"
  jq --exit-status '.controllers | type == "array"' "${file}" >/dev/null || fail "${file} is no document of controllers"
  [[ -x "${HANDLERS}" ]] || fail "the program is not built: cargo build --release --package functions"
  sign_in
  need_deployed
  open_door "${address}" "${COSMOS_WRITER}"
  if show_difference "${file}"; then
    say "The register says so already."
  elif [[ "${only_check}" == no ]]; then
    confirm "Write this into the register of ${ENVIRONMENT}?" "${ENVIRONMENT}"
    apply "${file}"
    say "Written."
  fi
  shut_door
}

# True where nothing differs: both sides in one order of keys, lists by their ids, and without what says nothing (an empty
# list, a `false`), which the program writes out and a person need not.
show_difference() {
  local kept wanted gone
  kept="$(documents register "SELECT c.id, c.controller, c.body FROM c WHERE c.id = 'controller' OR c.controller = 'staff-directory'" \
    | jq --slurp '{controllers: [.[] | select(.id == "controller").body], staff: [.[] | select(.controller == "staff-directory").body | del(.issuer)]}' | in_order)"
  wanted="$(jq '{controllers: [.controllers[] | del(.staff)],
    staff: [.controllers[] | .controller as $id | .staff[] | del(.issuer) + {controller: $id}]}' "$1" | in_order)"
  gone="$(jq --null-input --raw-output --argjson kept "${kept}" --argjson wanted "${wanted}" \
    '[$wanted.staff[].subject] as $named | [$kept.staff[] | select(.subject | IN($named[]) | not) | .email] | join(", ")')"
  if [[ -n "${gone}" ]]; then
    say "In the register and not in ${1}, so left as they are (give them no teams and no roles in it to end that): ${gone}"
    kept="$(jq --argjson wanted "${wanted}" '[$wanted.staff[].subject] as $named | .staff |= map(select(.subject | IN($named[])))' <<<"${kept}")"
  fi
  diff --unified --label register --label "$1" <(printf '%s\n' "${kept}") <(printf '%s\n' "${wanted}")
}

in_order() {
  jq --sort-keys '.controllers |= sort_by(.controller) | .staff |= sort_by(.controller, .subject)
    | walk(if type == "object" then with_entries(select(.value | IN(null, false, [], {"provider": "outbox"}) | not)) else . end)'
}

# With the settings of the app itself, as the person who is signed in.
apply() {
  local settings
  settings="$(az functionapp config appsettings list --resource-group "${GROUP}" --name "$(output functionAppName)" --output json \
    | jq --raw-output '.[] | select(.name | test("^(AzureWebJobs|APPLICATIONINSIGHTS|AZURE_CLIENT_ID|ERASURE_CLIENT_ID)") | not) | "\(.name)=\(.value)"')"
  [[ -n "${settings}" ]] || fail "the app has no settings: deploy again"
  local -a pairs
  mapfile -t pairs <<<"${settings}"
  env "${pairs[@]}" "${HANDLERS}" apply "$1"
}

main "$@"

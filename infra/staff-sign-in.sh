# shellcheck shell=bash disable=SC2154
# Whether staff will be able to sign in, asked before anything is deployed: what the parameters say, and what Entra ID holds.
# A wrong audience would show itself only as a 401 to everybody on the first day. docs/sign-in.md has the steps. Sourced, never run.

ENTRA=https://login.microsoftonline.com/
GUID='[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}'
STEPS='docs/sign-in.md, "Entra ID, step by step"'

# A text as the parameters file writes it; empty where it does not.
parameter() { sed -n -E "s/^param +$1 *= *'([^']*)'.*/\1/p" "${PARAMETERS}"; }
says() { grep -q -E "^param +$1 *=" "${PARAMETERS}"; }

# Sets STAFF_CLIENT, and STAFF_TENANT where one is named; both are empty where staff sign in elsewhere than at Entra ID.
look_at_sign_in_parameters() {
  local where="infra/${ENVIRONMENT}.bicepparam" issuer name
  issuer="$(parameter staffIssuer)"
  STAFF_CLIENT='' STAFF_TENANT=''
  if says staffIssuer && [[ "${issuer}" != "${ENTRA}"* && "${issuer}" != *://sts.windows.net/* ]]; then
    for name in staffClientId staffAudience staffScope; do
      [[ -n "$(parameter "${name}")" ]] || fail "${where} names an issuer of its own: it has to say ${name} too, as that issuer calls it"
    done
    return
  fi
  STAFF_CLIENT="$(parameter staffClientId)"
  [[ "${STAFF_CLIENT}" =~ ^${GUID}$ ]] \
    || fail "staffClientId in ${where} is \`${STAFF_CLIENT}\`. It is the \"Application (client) ID\" of the registration, a GUID in small letters: ${STEPS}, 1"
  if says staffAudience && [[ "$(parameter staffAudience)" != "${STAFF_CLIENT}" ]]; then
    fail "staffAudience in ${where} is \`$(parameter staffAudience)\`. Entra ID's tokens of version 2.0 name the client id as their audience, and with another one every call of staff is a 401. Take the line out: it is staffClientId by itself"
  fi
  if says staffScope && [[ " $(parameter staffScope) " != *" ${STAFF_CLIENT}/"* ]]; then
    fail "staffScope in ${where} asks for no scope of ${STAFF_CLIENT}. Pages and API are one registration, and Entra ID then renews a token only for \`${STAFF_CLIENT}/…\`, not for \`api://…\`. Take the line out"
  fi
  says staffIssuer || return 0
  [[ "${issuer}" =~ ^${ENTRA}(${GUID})/v2.0$ ]] \
    || fail "staffIssuer in ${where} is \`${issuer}\`. At Entra ID it is ${ENTRA}TENANT/v2.0, with the id of one tenant; for the tenant of the subscription take the line out"
  STAFF_TENANT="${BASH_REMATCH[1]}"
}

# Reads the registration, where Entra ID shows it to whoever is signed in. Sets REGISTRATION, empty where it does not.
look_at_registration() {
  REGISTRATION=''
  [[ -n "${STAFF_CLIENT}" ]] || return 0
  STAFF_TENANT="${STAFF_TENANT:-${TENANT}}"
  [[ "${STAFF_CLIENT}" != "${STAFF_TENANT}" && "${STAFF_CLIENT}" != "${TENANT}" ]] \
    || fail "staffClientId in infra/${ENVIRONMENT}.bicepparam is the id of the tenant. Beside it, in the registration's overview, stands the \"Application (client) ID\": ${STEPS}, 1"
  # Another tenant's registrations are not shown here, and not everybody may look at this one's.
  if [[ "${STAFF_TENANT}" != "${TENANT}" ]] || ! ask az ad app list --app-id "${STAFF_CLIENT}" --output json; then
    [[ "${STAFF_TENANT}" != "${TENANT}" || "${WHY}" == *'Insufficient privileges'* ]] || nobody_knows "how staff sign in" "${WHY}"
    say "Entra ID does not show the registration ${STAFF_CLIENT} to you, so nobody looked at it: go through ${STEPS}."
    return
  fi
  jq --exit-status 'type == "array"' <<<"${FOUND}" >/dev/null 2>&1 || nobody_knows "how staff sign in" "${FOUND}"
  REGISTRATION="$(jq --compact-output '.[0] // empty' <<<"${FOUND}")"
  [[ -n "${REGISTRATION}" ]] || fail "this tenant (${TENANT}) has no application with the client id ${STAFF_CLIENT}: ${STEPS}, 1"
  jq --exit-status '.api.requestedAccessTokenVersion == 2' <<<"${REGISTRATION}" >/dev/null \
    || fail "the registration ${STAFF_CLIENT} asks for tokens of version 1.0, which the app refuses: ${STEPS}, 3"
  jq --exit-status 'any(.api.oauth2PermissionScopes[]; .value == "staff" and .isEnabled)' <<<"${REGISTRATION}" >/dev/null \
    || says staffScope || fail "the registration ${STAFF_CLIENT} has no scope \`staff\`: ${STEPS}, 2"
}

# Where the pages stand is known once they are deployed; Entra ID goes back only to addresses that it was told.
say_redirect_addresses() {
  local page missing=()
  [[ -n "${STAFF_CLIENT}" ]] || return 0
  for page in signed-in signed-out; do
    [[ -n "${REGISTRATION}" ]] && jq --exit-status --arg uri "$(output publicOrigin)/staff/${page}" '.spa.redirectUris | index($uri)' <<<"${REGISTRATION}" >/dev/null \
      || missing+=("  $(output publicOrigin)/staff/${page}")
  done
  ((${#missing[@]} > 0)) || return 0
  say "Nobody on the staff can sign in before Entra ID knows these redirect addresses (${STEPS}, 6):"
  printf '%s\n' "${missing[@]}"
}

# shellcheck shell=bash disable=SC2034,SC2154
# Whether something is there. There are three answers, not two: it is there; Azure itself says that it is not (404); or nobody knows,
# because Azure refuses (403), has no time (429), or a proxy answered in its place. What nobody knows ends the script: taken for "not
# there", it would be made anew over what stands. Sourced, never run.

# ask COMMAND…: runs it, and succeeds as it does. Sets FOUND to what it says, and WHY to what it says beside that.
ask() {
  local beside code=0
  beside="$(mktemp)" || fail "this machine has no room for a file"
  FOUND="$("$@" 2>"${beside}")" || code=$?
  WHY="$(<"${beside}")"
  rm -f -- "${beside}"
  return "${code}"
}

# look_up WHAT PATH VERSION: asks Resource Manager for the resource, or the list, at PATH below our group, or from `/subscriptions/`
# on. Sets FOUND to its JSON; or empties FOUND and fails, where it is not there. Not to be called in `$( )`, which it could not end.
look_up() {
  local what="$1" path="$2" version="$3"
  [[ "${path}" == /subscriptions/* ]] || path="/subscriptions/${SUBSCRIPTION}/resourceGroups/${GROUP}/providers/${path}"
  if ask az rest --method get --url "${path}?api-version=${version}" --output json; then
    # A page to sign in to the network is a 200 too. A list in several pages would be read half.
    jq --exit-status '(.id | type == "string") or ((.value | type == "array") and (.nextLink // "") == "")' <<<"${FOUND}" >/dev/null 2>&1 && return 0
    nobody_knows "whether ${what} is there" "${FOUND}"
  fi
  FOUND=''
  is_not_there "${WHY}" || nobody_knows "whether ${what} is there" "${WHY}"
  return 1
}

# A 404 with a code of Azure's own. A proxy's page has none, and a subscription that is not found says nothing of what is in it.
is_not_there() {
  local body="${1#*ERROR: Not Found(}"
  [[ "${body}" != "$1" ]] || return 1
  jq --exit-status '(.error.code // .Code // .code // "") | endswith("NotFound") and (test("Subscription|Tenant") | not)' <<<"${body%)*}" >/dev/null 2>&1
}

# nobody_knows WHAT WORDS: ends the script with what came instead of an answer.
nobody_knows() {
  local said="${2//$'\n'/ }"
  fail "nobody says $1, and what is not known is not taken for absent. Run this again once Azure says it. What came was: ${said:0:300}"
}

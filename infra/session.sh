# shellcheck shell=bash disable=SC2034
# What every script here begins with: which environment, which subscription, and the names of what stands there.
# Sourced, never run.

if ((BASH_VERSINFO[0] < 4 || (BASH_VERSINFO[0] == 4 && BASH_VERSINFO[1] < 4))); then
  echo "bash 4.4 or newer is needed; this is ${BASH_VERSION}" >&2
  exit 1
fi
shopt -s inherit_errexit

INFRA="$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)"
ROOT="$(dirname -- "${INFRA}")"
# shellcheck source=look.sh
source "${INFRA}/look.sh"
DECLARATIONS="${ROOT}/tests/golden"
# Seconds between two tries at something that Azure needs time for; the tests set 0.
PAUSE="${AFTERSIGHT_PAUSE:-20}"
export AZURE_CORE_COLLECT_TELEMETRY=false AZURE_CORE_ONLY_SHOW_ERRORS=true
# A compiler on PATH is used as it is; `az bicep install` puts one elsewhere.
if command -v bicep >/dev/null; then export AZURE_BICEP_USE_BINARY_FROM_PATH=true; fi

say() { printf '%s\n' "$*"; }

fail() {
  printf '%s: %s\n' "$(basename -- "$0")" "$*" >&2
  exit 1
}

need() {
  local tool
  for tool in "$@"; do
    command -v "${tool}" >/dev/null || fail "\`${tool}\` is not installed; see \"What you need\" in infra/README.md"
  done
}

# Sets ENVIRONMENT, PARAMETERS, STACK and GROUP from the first argument of a script.
choose_environment() {
  ENVIRONMENT="${1:-}"
  PARAMETERS="${INFRA}/${ENVIRONMENT}.bicepparam"
  [[ -n "${ENVIRONMENT}" && -f "${PARAMETERS}" ]] || fail "say which environment: dev or prod"
  STACK="aftersight-${ENVIRONMENT}"
  GROUP="rg-aftersight-${ENVIRONMENT}"
}

# Sets SUBSCRIPTION and TENANT; refuses where nobody is signed in. What deploy.sh has just read it hands to smoke.sh.
sign_in() {
  local account
  SUBSCRIPTION="${AFTERSIGHT_SUBSCRIPTION:-}"
  [[ -z "${SUBSCRIPTION}" ]] || return 0
  account="$(az account show --query '[id, tenantId, name]' --output tsv 2>/dev/null)" \
    || fail "nobody is signed in: az login, then az account set --subscription NAME"
  SUBSCRIPTION="$(head -n 1 <<<"${account}")"
  TENANT="$(sed -n 2p <<<"${account}")"
  say "Subscription: $(tail -n 1 <<<"${account}") (${SUBSCRIPTION})"
}

# Reads the deployment once: its outputs, empty where there is none, and which templates it was made of. A stack whose last
# deployment failed may stand without outputs.
read_outputs() {
  OUTPUTS="${AFTERSIGHT_OUTPUTS:-}" DEPLOYED_TEMPLATES='' HAS_STACK=yes
  [[ -z "${OUTPUTS}" ]] || return 0
  if look_up "the stack ${STACK}" "/subscriptions/${SUBSCRIPTION}/providers/Microsoft.Resources/deploymentStacks/${STACK}" 2024-03-01; then
    OUTPUTS="$(jq --compact-output '.properties.outputs // {}' <<<"${FOUND}")"
    DEPLOYED_TEMPLATES="$(jq --raw-output '.tags.templates // ""' <<<"${FOUND}")"
  else
    OUTPUTS='{}' HAS_STACK=no
  fi
}

is_deployed() { [[ "${OUTPUTS}" != '{}' ]]; }

need_deployed() {
  read_outputs
  is_deployed || fail "\`${STACK}\` is not deployed in this subscription, or not to its end: infra/deploy.sh ${ENVIRONMENT}"
}

# One output by name.
output() {
  local value
  value="$(jq --raw-output --arg name "$1" '.[$name].value // empty' <<<"${OUTPUTS}")"
  [[ -n "${value}" ]] || fail "the deployment has no output \`$1\`: deploy again"
  printf '%s' "${value}"
}

# wait_for WHAT TRIES ADVICE COMMAND…: tries until the command succeeds, a pause between two tries. Every third try says what
# it waits for; after the last one it ends with what to do.
wait_for() {
  local what="$1" tries="$2" advice="$3" try
  shift 3
  for ((try = 1; try <= tries; try++)); do
    if "$@"; then return; fi
    ((try % 3 != 1)) || say "  waiting for ${what} (try ${try} of ${tries})"
    ((try == tries)) || sleep "${PAUSE}"
  done
  fail "waited for ${what}, in vain. ${advice}"
}

# An id that is the same for the same words, so that what a run that was cut off left behind is met again and not made twice.
id_of() { printf '%s\n' "$@" | sha256sum | sed -E 's/^(.{8})(.{4})(.{4})(.{4})(.{12}).*/\1-\2-\3-\4-\5/'; }

# Where Resource Manager keeps the policy of the audit trail.
audit_policy() { printf 'Microsoft.Storage/storageAccounts/%s/blobServices/default/containers/audit/immutabilityPolicies/default' "$1"; }

# az rest against ARM, wherever this cloud has it.
arm() {
  local method="$1" path="$2" version="$3"
  shift 3
  az rest --method "${method}" --url "/subscriptions/${SUBSCRIPTION}/resourceGroups/${GROUP}/providers/${path}?api-version=${version}" "$@"
}

# Asks for a word to be typed, unless --yes was said.
confirm() {
  local question="$1" word="$2" typed
  [[ "${IS_SURE:-no}" == yes ]] && return
  printf '%s Type %s to go on: ' "${question}" "${word}"
  read -r typed || typed=''
  [[ "${typed}" == "${word}" ]] || fail "nothing was changed"
}

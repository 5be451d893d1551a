#!/usr/bin/env bash
# Deploys an environment: looks, says what would change, changes it, publishes the program, and tries it.
#
#   infra/deploy.sh dev --check       looks and says; writes nothing
#   infra/deploy.sh dev               asks before it changes anything
#   infra/deploy.sh dev --yes         does not ask
#   infra/deploy.sh dev --package F   another package than target/aftersight.zip: an older one, to go back
#   infra/deploy.sh dev --new-keys    where the program's keys are gone for good: says what that costs, and makes new ones
#
# Twice is as once: what stands as it should is left alone.
set -euo pipefail
# shellcheck source=session.sh
source "$(dirname -- "${BASH_SOURCE[0]}")/session.sh"
# shellcheck source=secrets.sh
source "${INFRA}/secrets.sh"
# shellcheck source=failures.sh
source "${INFRA}/failures.sh"
# shellcheck source=listed.sh
source "${INFRA}/listed.sh"
# shellcheck source=staff-sign-in.sh
source "${INFRA}/staff-sign-in.sh"

LOCATION=uksouth
PROVIDERS=(Microsoft.App Microsoft.Web Microsoft.Storage Microsoft.DocumentDB Microsoft.KeyVault Microsoft.EventGrid
  Microsoft.Communication Microsoft.Insights Microsoft.OperationalInsights Microsoft.Security Microsoft.Network
  Microsoft.ManagedIdentity Microsoft.Consumption Microsoft.PolicyInsights Microsoft.AlertsManagement)

main() {
  choose_environment "${1:-}"
  shift
  ONLY_CHECK=no IS_SURE=no NEW_KEYS=no PACKAGE="${ROOT}/target/aftersight.zip"
  while (($# > 0)); do
    case "$1" in
      --check) ONLY_CHECK=yes ;;
      --yes) IS_SURE=yes ;;
      --new-keys) NEW_KEYS=yes ;;
      --package) PACKAGE="${2:?--package needs a file}" && shift ;;
      *) fail "I do not know $1" ;;
    esac
    shift
  done
  local work
  work="$(mktemp -d)"
  # shellcheck disable=SC2064 # the folder's name as it is now
  trap "rm -rf -- '${work}'" EXIT
  look_at_machine
  sign_in
  look_at_registration
  look_at_azure
  look_at_what_stands
  # Azure checks no template of a provider that the subscription does not know.
  if ((${#MISSING_PROVIDERS[@]} > 0)) && [[ "${ONLY_CHECK}" == no ]]; then
    confirm "Register ${MISSING_PROVIDERS[*]} in this subscription?" register
    register_providers
  fi
  say "Checking the templates with Azure"
  validate
  what_would_change "${work}/changes.json"
  if [[ "${ONLY_CHECK}" == yes ]]; then
    say "Checked. Nothing was written."
    return
  fi
  if has_changes "${work}/changes.json"; then
    confirm "Deploy this to ${ENVIRONMENT}?" "${ENVIRONMENT}"
    hush_own_roles
    deploy_stack
    read_outputs
  else
    say "Azure stands as the templates say."
  fi
  put_secrets
  publish
  AFTERSIGHT_SUBSCRIPTION="${SUBSCRIPTION}" AFTERSIGHT_OUTPUTS="${OUTPUTS}" "${INFRA}/smoke.sh" "${ENVIRONMENT}"
  say_redirect_addresses
}

# On this machine

look_at_machine() {
  need az jq curl openssl sha256sum
  command -v bicep >/dev/null || az bicep version >/dev/null 2>&1 || fail "the Bicep compiler is missing: az bicep install"
  local blanks
  blanks="$(grep -n "'FILL IN'" "${PARAMETERS}" | cut -d: -f1 | paste -sd, -)" || true
  [[ -z "${blanks}" ]] || fail "infra/${ENVIRONMENT}.bicepparam has blanks to fill in, on lines ${blanks}"
  [[ "$(parameter environmentName)" == "${ENVIRONMENT}" ]] || fail "environmentName in infra/${ENVIRONMENT}.bicepparam is \`$(parameter environmentName)\`: this would change another environment"
  [[ "$(parameter publicOrigin)" =~ ^(https://[a-z0-9.-]+)?$ ]] || fail "publicOrigin in infra/${ENVIRONMENT}.bicepparam is an origin: https://, a host in small letters, and nothing after it"
  look_at_sign_in_parameters
  [[ "${ONLY_CHECK}" == yes || -f "${PACKAGE}" ]] || fail "there is no package at ${PACKAGE}: \`cargo xtask package\` makes it"
}

# In Azure, reading only

look_at_azure() {
  local found
  found="$(az functionapp list-flexconsumption-locations --zone-redundant=true --query "[?name=='${LOCATION}'].name | [0]" --output tsv)" \
    || fail "Azure does not say where Flex Consumption is offered, for the reason above. Nothing was written."
  [[ "${found}" == "${LOCATION}" ]] || fail "Flex Consumption with zones is not offered in ${LOCATION}"
  found="$(az functionapp list-flexconsumption-runtimes --location "${LOCATION}" --runtime custom --output json)" \
    || fail "Azure does not say which runtimes Flex Consumption has in ${LOCATION}, for the reason above. Nothing was written."
  # Azure takes any version in a template; with one that it does not have the host never starts.
  found="$(jq --raw-output '[.[].sku.functionAppConfigProperties.runtime | select(.name == "custom") | .version] | join(" ")' <<<"${found}")"
  [[ -z "${found// /}" || " ${found} " == *' 1.0 '* ]] \
    || fail "Flex Consumption offers custom handlers ${found}; bicep/modules/function.bicep asks for 1.0"
  found="$(az provider list --query "[?registrationState=='Registered'].namespace" --output json)" \
    || fail "Azure does not say which providers are registered, for the reason above. Nothing was written."
  MISSING_PROVIDERS=()
  local provider
  for provider in "${PROVIDERS[@]}"; do
    jq --exit-status --arg name "${provider,,}" 'any(.[]; ascii_downcase == $name)' <<<"${found}" >/dev/null \
      || MISSING_PROVIDERS+=("${provider}")
  done
  if ((${#MISSING_PROVIDERS[@]} > 0)); then
    say "To be registered in this subscription: ${MISSING_PROVIDERS[*]}"
  fi
}

# What a template cannot know of what already stands reaches it through two environment variables.
# The group is asked for it, not the stack: a stack whose last deployment failed has no names to ask by.
look_at_what_stands() {
  local account=''
  read_outputs
  DEPLOYED_PACKAGE='' AFTERSIGHT_AUDIT_IS_LOCKED=false
  if look_up "the app of ${GROUP}" Microsoft.Web/sites 2024-11-01; then
    DEPLOYED_PACKAGE="$(jq --raw-output '[.value[].tags.package // ""] | first // ""' <<<"${FOUND}")"
  fi
  if look_up "the audit trail of ${GROUP}" Microsoft.Storage/storageAccounts 2025-01-01; then
    account="$(jq --raw-output '[.value[].name | select(startswith("stprivate"))] | first // ""' <<<"${FOUND}")"
  fi
  if [[ -n "${account}" ]] && look_up "the policy of the audit trail" "$(audit_policy "${account}")" 2025-01-01; then
    [[ "$(jq --raw-output .properties.state <<<"${FOUND}")" != Locked ]] || AFTERSIGHT_AUDIT_IS_LOCKED=true
  fi
  is_deployed || refuse_beside_deleted_vault
  # Without the package, which changes without them.
  export AFTERSIGHT_AUDIT_IS_LOCKED AFTERSIGHT_PACKAGE_SHA256=''
  TEMPLATES="$(az bicep build-params --file "${PARAMETERS}" --stdout | sha256sum | cut -d' ' -f1)" || fail "the templates do not compile, for the reason above"
  AFTERSIGHT_PACKAGE_SHA256="${DEPLOYED_PACKAGE}"
}

# A vault that was deleted keeps its name for 90 days, and the next one would be called the same.
refuse_beside_deleted_vault() {
  local name
  name="$(az keyvault list-deleted --resource-type vault --query "[?contains(properties.vaultId, '/resourceGroups/${GROUP}/')].name | [0]" --output tsv)" \
    || fail "Azure does not say which vaults are deleted, for the reason above. Nothing was written."
  [[ -z "${name}" ]] || fail "the vault ${name} of an earlier ${GROUP} is deleted and keeps its name for 90 days. Take it back (az group create --name ${GROUP} --location ${LOCATION}; az keyvault recover --name ${name}), then run this again"
}

validate() {
  ask az deployment sub validate --name "${STACK}" --location "${LOCATION}" --parameters "${PARAMETERS}" --output none && return
  what_it_means "${WHY}"
  printf '%s\n' "${WHY}" >&2
  ((${#MISSING_PROVIDERS[@]} == 0)) || ADVICE="${ADVICE:-the providers named above are not registered: a run without --check asks and registers them}"
  fail "Azure refuses the templates, for the reason above.${ADVICE:+ That means: ${ADVICE}.} No resource was changed."
}

what_would_change() {
  az deployment sub what-if --name "${STACK}" --location "${LOCATION}" --parameters "${PARAMETERS}" \
    --no-pretty-print --output json >"$1" || fail "Azure cannot say what would change. Nothing was written."
  jq --raw-output '
    def what: .resourceId // "?" | split("/providers/") | last;
    def deltas: [.delta // [] | .[] | "      \(.path): \(.before | tojson) → \(.after | tojson)"];
    .changes | map(select(.changeType | IN("NoChange", "Ignore") | not)) | sort_by(.changeType, .resourceId)[]
    | "  \(.changeType)  \(what)", deltas[]' "$1"
  jq --raw-output '.changes | group_by(.changeType) | map("\(length) \(.[0].changeType)") | "What-if: " + join(", ")' "$1"
}

# What-if cannot work out what hangs on another resource's answer, such as a role of an identity, and says `Unsupported` of it
# every time. So whether it was deployed as it stands here is read off the stack.
has_changes() {
  ! is_deployed || [[ "${DEPLOYED_TEMPLATES}" != "${TEMPLATES}" ]] \
    || jq --exit-status 'any(.changes[]; .changeType | IN("NoChange", "Ignore", "Unsupported") | not)' "$1" >/dev/null
}

# From here on, writing

register_providers() {
  local provider
  for provider in "${MISSING_PROVIDERS[@]}"; do
    say "Registering ${provider}"
    az provider register --namespace "${provider}" --output none
    wait_for "${provider} to be registered" 30 "See what Azure says (az provider show --namespace ${provider}), then run this again." is_registered "${provider}"
  done
}

is_registered() { [[ "$(az provider show --namespace "$1" --query registrationState --output tsv)" == Registered ]]; }

# A deployment gives some twenty roles, and `roles-changed` would tell of each. For an hour it tells of none; it is said in the activity log all the
# same. The first deployment has no group yet to say so in.
hush_own_roles() {
  local group="/subscriptions/${SUBSCRIPTION}/resourceGroups/${GROUP}"
  look_up "the group ${GROUP}" "${group}" 2025-04-01 || return 0
  arm put Microsoft.AlertsManagement/actionRules/own-deployment 2021-08-08 --output none --body "$(jq --null-input --compact-output --arg group "${group}" \
    --arg from "$(date --utc +%Y-%m-%dT%H:%M:%S)" --arg until "$(date --utc --date '1 hour' +%Y-%m-%dT%H:%M:%S)" '{location: "Global", properties: {scopes: [$group], enabled: true,
      conditions: [{field: "AlertRuleName", operator: "Contains", values: ["roles-changed"]}], actions: [{actionType: "RemoveAllActionGroups"}],
      schedule: {effectiveFrom: $from, effectiveUntil: $until, timeZone: "UTC"}, description: "Our own deployment gives roles"}}')" \
    || say "  every role that this deployment gives is told by an alert: roles-changed could not be hushed"
}

# detachAll: what a template no longer names is let go, never deleted. denyDelete: nobody deletes it by hand either.
deploy_stack() {
  local try deny=denyDelete
  for try in 1 2 3; do
    say "Deploying (try ${try})"
    if ask az stack sub create --name "${STACK}" --location "${LOCATION}" --parameters "${PARAMETERS}" \
      --description "Aftersight ${ENVIRONMENT}" --action-on-unmanage detachAll --deny-settings-mode "${deny}" \
      --tags "templates=$([[ "${deny}" == none ]] || printf '%s' "${TEMPLATES}")" --yes --output none; then
      [[ "${deny}" == denyDelete ]] || say "Deployed, but for the refusal to delete: run this again tomorrow."
      return
    fi
    printf '%s\n' "${WHY}" >&2
    what_it_means "${WHY}"
    say "${ADVICE:+  That means: ${ADVICE}.}"
    case "${NEXT}" in
      again) ;;
      open) deny=none ;;
      # What nobody knows here gets a second try, and no third.
      *) if [[ -n "${ADVICE}" ]] || ((try == 2)); then break; fi ;;
    esac
    ((try == 3)) || sleep "${PAUSE}"
  done
  fail "Azure could not deploy, for the reason above. What was made stays; mend it and run this again."
}

# The program's own keys, made once, of chance: one secret that holds them all (handlers/azure/src/keys.rs says how).
put_secrets() {
  local link number
  if has_secret handler-keys; then
    say "The secret handler-keys is there."
    return
  fi
  # Where a package was published, there were keys, and records that hang on them.
  if [[ -n "${DEPLOYED_PACKAGE}" ]]; then
    [[ "${NEW_KEYS}" == yes ]] || fail "the app has run, and its keys (the secret handler-keys) are gone. With new ones nobody is found by NHS number any more, a number can be added twice, and links that are out are dead. Take the old ones back: infra/README.md, \"When the program's keys are gone or wrong\". Only where that cannot be: --new-keys"
    confirm "New keys: nobody is found by NHS number any more, a number can be added twice, and links that are out are dead." "new keys"
  fi
  link="$(chance)"
  number="$(chance)"
  printf '%s\n%s\n' "${link}" "${number}" \
    | jq --raw-input --slurp --compact-output --join-output 'split("\n") | {currentLinkKey: 1, linkKeys: {"1": .[0]}, numberKey: .[1]}' \
    | put_secret handler-keys
}

publish() {
  local app sha try
  app="$(output functionAppName)"
  sha="$(sha256sum -- "${PACKAGE}" | cut -d' ' -f1)"
  if [[ "${sha}" == "${DEPLOYED_PACKAGE}" ]]; then
    say "The app runs this package already (${sha:0:12})."
    return
  fi
  for try in 1 2 3; do
    say "Publishing ${PACKAGE} (${sha:0:12}, try ${try})"
    if ask az functionapp deployment source config-zip --resource-group "${GROUP}" --name "${app}" --src "${PACKAGE}" --output none; then break; fi
    printf '%s\n' "${WHY}" >&2
    # The package is in by then; what `az` looked at afterwards is a host that takes minutes to start. What is tried below decides.
    if [[ "${WHY}" == *'Deployment was successful'* ]]; then
      say "  The package is in; az did not see the app start within its half minute."
      break
    fi
    ((try < 3)) || fail "az says three times that the package could not be published, for the reasons above. Which package runs is not known: infra/smoke.sh ${ENVIRONMENT}, and the app's Deployment Center"
    sleep "${PAUSE}"
  done
  az tag update --resource-id "/subscriptions/${SUBSCRIPTION}/resourceGroups/${GROUP}/providers/Microsoft.Web/sites/${app}" \
    --operation Merge --tags "package=${sha}" --output none
  # A new package may bring functions and schedules that Azure does not know yet; without being told it starts none of them.
  wait_for "Azure to take up the triggers" 30 "The package is published. Run this again; if it stays so, restart the app (az functionapp restart)." tell_of_triggers "${app}"
  wait_for "the host to list its functions with their schedules" 30 "The package is published, and the host does not take it up: infra/smoke.sh ${ENVIRONMENT} says what is missing, the app's log stream why." all_are_listed "${app}"
}

tell_of_triggers() { arm post "Microsoft.Web/sites/$1/syncfunctiontriggers" 2024-11-01 --output none; }

main "$@"

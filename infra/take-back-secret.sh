#!/usr/bin/env bash
# Puts an older version of a secret back: the vault keeps every one. For the day when a secret was put over a good one.
#
#   infra/take-back-secret.sh prod handler-keys --from ADDRESS                      lists the versions; changes nothing
#   infra/take-back-secret.sh prod handler-keys --from ADDRESS --version VERSION    says what that costs, asks, puts it back as the newest
#
# The vault opens to ADDRESS, this machine's, while the script runs. Whoever runs it needs Key Vault Secrets User on the vault for that time.
# No value is shown, and the version that is put aside stays in the vault as well.
set -euo pipefail
# shellcheck source=session.sh
source "$(dirname -- "${BASH_SOURCE[0]}")/session.sh"
# shellcheck source=secrets.sh
source "${INFRA}/secrets.sh"
# shellcheck source=vault-door.sh
source "${INFRA}/vault-door.sh"

main() {
  choose_environment "${1:-}"
  NAME="${2:-}"
  shift $(($# < 2 ? $# : 2))
  local address='' version=''
  IS_SURE=no
  while (($# > 0)); do
    case "$1" in
      --from) address="${2:?--from needs an address}" && shift ;;
      --version) version="${2:?--version needs a version}" && shift ;;
      --yes) IS_SURE=yes ;;
      *) fail "I do not know $1" ;;
    esac
    shift
  done
  [[ "${NAME}" =~ ^(handler-keys|notify-[A-Za-z0-9-]+-(api-key|callback-token))$ ]] || fail "say which: handler-keys, notify-CONTROLLER-api-key or notify-CONTROLLER-callback-token"
  need az jq
  sign_in
  need_deployed
  open_vault "${address}"
  wait_for "the vault to list the versions of ${NAME}" 10 \
    "Who runs this needs Key Vault Secrets User on $(output vaultName), and ${address} has to be this machine's; nothing was changed. A secret that was deleted comes back by: az keyvault secret recover --vault-name $(output vaultName) --name ${NAME}" list_versions
  if [[ -z "${version}" ]]; then
    say "Versions of ${NAME}, the newest first:"
    jq --raw-output '.[] | "  \(.version)  of \(.created)"' <<<"${VERSIONS}"
    say "Name one with --version to put it back."
  else
    take_back "${version}"
  fi
  shut_vault
}

list_versions() {
  VERSIONS="$(az keyvault secret list-versions --id "$(output vaultUri)secrets/${NAME}" --output json \
    | jq --compact-output 'map({version: (.id | split("/") | last), created: .attributes.created}) | sort_by(.created) | reverse')" && [[ "${VERSIONS}" != '[]' ]]
}

take_back() {
  local newest old now
  newest="$(jq --raw-output '.[0].version' <<<"${VERSIONS}")"
  jq --exit-status --arg version "$1" 'any(.[]; .version == $version)' <<<"${VERSIONS}" >/dev/null || fail "${NAME} has no version $1; without --version they are listed"
  old="$(value_of "$1")"
  now="$(value_of "${newest}")"
  [[ -n "${old}" ]] || fail "the version $1 is empty: nothing was changed"
  if [[ "${old}" == "${now}" ]]; then
    say "The newest version says the same: nothing is to be changed."
    return
  fi
  [[ "${NAME}" != handler-keys ]] || what_it_costs "${old}" "${now}"
  confirm "Put the version ${1:0:8} of ${NAME} back as the newest?" "${1:0:8}"
  printf '%s' "${old}" | put_secret "${NAME}"
  say "The app takes it up within ten minutes. What stood before is the version ${newest}."
}

value_of() { az keyvault secret show --id "$(output vaultUri)secrets/${NAME}/$1" --query value --output tsv; }

# Keys are compared and never shown: values go through standard input, since arguments of a process are seen by everybody.
what_it_costs() {
  local costs
  costs="$(printf '%s\n%s\n' "$1" "$2" | jq --raw-output --slurp '
    if all(.[]; (.numberKey | type == "string") and (.linkKeys | type == "object")) | not then error("no ring of keys") else . end
    | .[0] as $old | .[1] as $now
    | [$now.linkKeys | to_entries[] | select($old.linkKeys[.key] != .value) | .key] as $lost
    | (if $old.numberKey == $now.numberKey then "  The number key is the same: everybody is found as before."
       else "  The number key is another: who was added under the newer one is not found by NHS number until the number is entered again by \"correct details\"." end),
      (if $lost == [] then "  Every link stays good."
       else "  Links made with the link key \($lost | join(", ")) of the newer version are dead: they are sent again." end)')" \
    || fail "one of the two is no ring of keys: nothing was changed"
  say "What it costs:"
  say "${costs}"
}

main "$@"

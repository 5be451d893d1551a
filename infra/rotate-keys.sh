#!/usr/bin/env bash
# Changes keys before their time. Encryption keys change by themselves every year; this is for the day when one may be known.
#
#   infra/rotate-keys.sh prod links                         a new key for new links; open links stay good
#   infra/rotate-keys.sh prod signatures                    every signed upload and look stops working at once
#   infra/rotate-keys.sh prod encryption --from ADDRESS     new versions of the keys that storage and database are wrapped in
set -euo pipefail
# shellcheck source=session.sh
source "$(dirname -- "${BASH_SOURCE[0]}")/session.sh"
# shellcheck source=secrets.sh
source "${INFRA}/secrets.sh"

main() {
  choose_environment "${1:-}"
  local what="${2:-}"
  shift $(($# < 2 ? $# : 2))
  ADDRESS='' IS_SURE=no
  while (($# > 0)); do
    case "$1" in
      --yes) IS_SURE=yes ;;
      --from) ADDRESS="${2:?--from needs an address}" && shift ;;
      *) fail "I do not know $1" ;;
    esac
    shift
  done
  [[ "${what}" =~ ^(links|signatures|encryption)$ ]] || fail "say what: links, signatures or encryption"
  need az jq openssl
  sign_in
  need_deployed
  "${what}"
}

# A number is never used twice, and no key is taken away: links that are open were made with the older ones.
links() {
  local highest
  highest="$(arm get "Microsoft.KeyVault/vaults/$(output vaultName)/secrets" 2024-11-01 --query 'value[].name' --output json \
    | jq --raw-output '[.[] | capture("^link-key-(?<number>[0-9]+)$").number | tonumber] | max // 0')"
  confirm "Links made from now on will use link-key-$((highest + 1))." links
  chance | put_secret "link-key-$((highest + 1))"
  say "The app takes it up within ten minutes. Older links stay good until they expire."
}

signatures() {
  local account
  account="$(output mediaAccountName)"
  confirm "Uploads that are on their way will fail and be asked for again." signatures
  az storage account revoke-delegation-keys --resource-group "${GROUP}" --name "${account}" --output none
  say "No signature made until now works any more. The app asks for a new key by itself."
}

# The vault opens to one address for the minute that this takes, because Azure rotates keys on the data side only.
encryption() {
  local vault key
  vault="$(output vaultName)"
  [[ "${ADDRESS}" =~ ^[0-9]+(\.[0-9]+){3}$ ]] || fail "say this machine's public IPv4 address: --from ADDRESS"
  confirm "The vault opens to ${ADDRESS} while its keys are rotated." encryption
  trap shut_vault EXIT
  az keyvault update --resource-group "${GROUP}" --name "${vault}" --public-network-access Enabled --output none
  az keyvault network-rule add --resource-group "${GROUP}" --name "${vault}" --ip-address "${ADDRESS}/32" --output none
  for key in private-storage media-storage documents; do
    az keyvault key rotate --vault-name "${vault}" --name "${key}" --output none
    say "The key ${key} has a new version."
  done
  say "Storage takes it up within a day, the database too. Delete no older version: backups need them."
}

shut_vault() {
  trap - EXIT
  local vault
  vault="$(output vaultName)"
  az keyvault network-rule remove --resource-group "${GROUP}" --name "${vault}" --ip-address "${ADDRESS}/32" --output none \
    || say "${ADDRESS} is still let into ${vault}: az keyvault network-rule remove"
  az keyvault update --resource-group "${GROUP}" --name "${vault}" --public-network-access Disabled --output none \
    || say "${vault} is still open: az keyvault update --public-network-access Disabled"
}

main "$@"

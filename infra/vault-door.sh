# shellcheck shell=bash
# The vault has no public face. Work on its data side opens it for one address, for as long as a script runs, and shuts it
# whatever happens. Sourced, never run.

# One write opens it, one shuts it, whatever addresses an earlier run left in.
open_vault() {
  ADDRESS="$1"
  [[ "${ADDRESS}" =~ ^[0-9]+(\.[0-9]+){3}$ ]] || fail "say this machine's public IPv4 address: --from ADDRESS"
  trap shut_vault EXIT
  set_vault Enabled "[{\"value\": \"${ADDRESS}/32\"}]"
}

shut_vault() {
  trap - EXIT
  set_vault Disabled '[]' || say "$(output vaultName) is still open: az keyvault update --public-network-access Disabled"
}

set_vault() {
  arm patch "Microsoft.KeyVault/vaults/$(output vaultName)" 2024-11-01 --output none --body \
    "{\"properties\": {\"publicNetworkAccess\": \"$1\", \"networkAcls\": {\"bypass\": \"AzureServices\", \"defaultAction\": \"Deny\", \"ipRules\": $2}}}"
}

"""The way in and the way out."""

import ipaddress

from ..project import Project
from ..values import Instance, Later, at, text_of
from .rule import Broken, policy
from .storage import ACCOUNT as STORAGE
from .storage import media

RULES = "Microsoft.Network/networkSecurityGroups"
# Where the app may send: its private endpoints, and services that a requirement names (R40). `Internet` stands for
# GOV.UK Notify and for a sign-in outside Entra, which have no fixed addresses.
DESTINATIONS = {"AppService", "10.20.0.64/27", "AzureActiveDirectory", "AzureMonitor", "AzureCloud", "Internet"}
# What each store is reached by from within.
ENDPOINTS = {
    "Microsoft.KeyVault/vaults": ["vault"],
    "Microsoft.DocumentDB/databaseAccounts": ["Sql"],
}


@policy("egress-list")
def egress_list(project: Project) -> Broken:
    subnets = [subnet for one in project.of("Microsoft.Network/virtualNetworks") for subnet in one.property("subnets")]
    app = next((subnet for subnet in subnets if subnet.get("name") == "app"), None)
    rules = project.by_id(at(app, "properties.networkSecurityGroup.id"))
    if rules is None:
        yield None, "", "the subnet `app` has no rules of its own"
        return
    outbound = [one["properties"] for one in rules.property("securityRules") if at(one, "properties.direction") == "Outbound"]
    last = max(outbound, key=lambda rule: rule["priority"], default=None)
    if not last or (last["access"], last["destinationAddressPrefix"], last["protocol"]) != ("Deny", "*", "*"):
        yield rules, "properties.securityRules", "the last rule must refuse everything that no other names"
    for rule in outbound:
        if rule["access"] == "Allow" and rule.get("destinationAddressPrefix") not in DESTINATIONS:
            yield rules, "properties.securityRules", f"lets the app reach {rule.get('destinationAddressPrefix')}"
        if rule["access"] == "Allow" and rule.get("destinationPortRange") not in ("443", "10000-20000"):
            yield rules, "properties.securityRules", f"opens port {rule.get('destinationPortRange')}"
    reached = {rule.get("destinationAddressPrefix") for rule in outbound if rule["access"] == "Allow"}
    for place in sorted({"10.20.0.64/27", "AzureActiveDirectory", "AzureMonitor"} - reached):
        yield rules, "properties.securityRules", f"the app must reach {place}"
    texts = [one for one in project.of("Microsoft.Communication/communicationServices")]
    if not texts and any(rule.get("destinationAddressPrefix") == "AzureCloud" for rule in outbound):
        yield rules, "properties.securityRules", "no text goes through Azure: the way there stays shut"


@policy("endpoints-shut")
def endpoints_shut(project: Project) -> Broken:
    """Private endpoints are reached by the app and by nobody else."""
    subnets = [subnet for one in project.of("Microsoft.Network/virtualNetworks") for subnet in one.property("subnets")]
    ours = next((subnet for subnet in subnets if subnet.get("name") == "endpoints"), None)
    rules = project.by_id(at(ours, "properties.networkSecurityGroup.id"))
    if rules is None or at(ours, "properties.privateEndpointNetworkPolicies") != "Enabled":
        yield None, "", "the subnet `endpoints` has no rules that hold"
        return
    inbound = [one["properties"] for one in rules.property("securityRules") if at(one, "properties.direction") == "Inbound"]
    last = max(inbound, key=lambda rule: rule["priority"], default=None)
    if not last or (last["access"], last["sourceAddressPrefix"], last["protocol"]) != ("Deny", "*", "*"):
        yield rules, "properties.securityRules", "the last rule must refuse everybody that no other names"
    for rule in inbound:
        if rule["access"] == "Allow" and rule.get("sourceAddressPrefix") != "10.20.0.0/26":
            yield rules, "properties.securityRules", f"lets {rule.get('sourceAddressPrefix')} in"


@policy("app-in-network")
def app_in_network(project: Project) -> Broken:
    for one in project.of("Microsoft.Web/sites"):
        if not text_of(one.property("virtualNetworkSubnetId")).endswith("/subnets/app"):
            yield one, "properties.virtualNetworkSubnetId", "the app must stand in the subnet whose way out is a list"
    subnets = [subnet for one in project.of("Microsoft.Network/virtualNetworks") for subnet in one.property("subnets") if subnet.get("name") == "app"]
    if [at(entry, "properties.serviceName") for subnet in subnets for entry in at(subnet, "properties.delegations") or []] != ["Microsoft.App/environments"]:
        yield None, "", "Flex Consumption joins a subnet that is delegated to `Microsoft.App/environments`"


@policy("private-endpoints")
def private_endpoints(project: Project) -> Broken:
    reached = {(_target(one), group) for one in project.of("Microsoft.Network/privateEndpoints") for group in _groups(one)}
    for kind, groups in ENDPOINTS.items():
        for store in project.of(kind):
            yield from _missing(store, groups, reached)
    for store in project.of(STORAGE):
        yield from _missing(store, ["blob"] if store is media(project) else ["blob", "queue"], reached)
    for one in project.of("Microsoft.Network/privateEndpoints"):
        if not text_of(one.property("subnet.id")).endswith("/subnets/endpoints"):
            yield one, "properties.subnet", "endpoints stand in the subnet `endpoints`"
        named = project.children(one, "privateDnsZoneGroups")
        zones = [config for group in named for config in group.property("privateDnsZoneConfigs")]
        if not zones:
            yield one, "", "has no private name: the app would go round it"
        for config in zones:
            zone = project.by_id(text_of(at(config, "properties.privateDnsZoneId")))
            wanted = {"vault": "vaultcore", "Sql": "documents"}
            group = _groups(one)[0]
            if zone is None or f"privatelink.{wanted.get(group, group)}." not in text_of(zone.name):
                yield one, "", f"its private name is not one for `{group}`"


@policy("addresses")
def addresses(project: Project) -> Broken:
    for one in project.of("Microsoft.Network/virtualNetworks"):
        spaces = [ipaddress.ip_network(prefix) for prefix in one.property("addressSpace.addressPrefixes")]
        subnets = [ipaddress.ip_network(at(subnet, "properties.addressPrefix")) for subnet in one.property("subnets")]
        for number, subnet in enumerate(subnets):
            if not any(subnet.subnet_of(space) for space in spaces) or any(subnet.overlaps(other) for other in subnets[:number]):
                yield one, "properties.subnets", f"{subnet} lies outside the network or over another subnet"
    for one in project.of(RULES):
        taken = [(at(rule, "properties.direction"), at(rule, "properties.priority")) for rule in one.property("securityRules")]
        if len(taken) != len(set(taken)):
            yield one, "properties.securityRules", "two rules have one priority"


@policy("names-linked")
def names_linked(project: Project) -> Broken:
    networks = {one.id for one in project.of("Microsoft.Network/virtualNetworks")}
    for zone in project.of("Microsoft.Network/privateDnsZones"):
        links = project.children(zone, "virtualNetworkLinks")
        if not any(link.property("virtualNetwork.id") in networks for link in links):
            yield zone, "", "is not linked to the network: its names are never asked"
        if any(link.property("registrationEnabled") is not False for link in links):
            yield zone, "", "only private endpoints write names here"


def _target(endpoint: Instance) -> str:
    connections = endpoint.property("privateLinkServiceConnections") or [{}]
    return text_of(at(connections[0], "properties.privateLinkServiceId"))


def _groups(endpoint: Instance) -> list[str]:
    connections = endpoint.property("privateLinkServiceConnections") or [{}]
    groups = at(connections[0], "properties.groupIds") or []
    return [group for group in groups if not isinstance(group, Later)]


def _missing(store: Instance, groups: list[str], reached: set[tuple[str, str]]) -> Broken:
    for group in groups:
        if (store.id, group) not in reached:
            yield store, "", f"has no private endpoint for `{group}`"

"""Addresses, people and programs: everything two modules must agree on."""

from dataclasses import dataclass

CLOUD = "Glasshouse lab"
CLUSTER = "harbor-lab"
WEB = "https://git.harbor-tickets.example/platform/harbor-tickets"

PROMETHEUS = 19090
ALERTMANAGER = 19093
WEBHOOK = 19094
NODE_EXPORTER = 19095
BLACKBOX_EXPORTER = 19096
CARDGATE = 19150
# Replica i of a service listens on its port + i, and serves metrics 500 above that.
SERVICE_PORTS = {"database": 19100, "frontend": 19110, "catalog": 19120, "orders": 19130, "payments": 19140}
ADMIN_OFFSET = 500
# Deployed in this order, so that nobody starts before what it calls.
DEPLOY_ORDER = ["monitoring", "database", "payments", "orders", "catalog", "frontend"]
# No service may have more replicas than ports are kept for it: addresses are handed out before anything runs.
MAX_REPLICAS = 3


@dataclass(frozen=True)
class Person:
    """Somebody invented."""

    login: str
    name: str

    @property
    def email(self):
        """Where Git says they are."""
        return f"{self.login}@harbor-tickets.example"


INES = Person("ihalvorsen", "Ines Halvorsen")
TOMASZ = Person("twilk", "Tomasz Wilk")
PRIYA = Person("praman", "Priya Raman")
JONAH = Person("jadeyemi", "Jonah Adeyemi")
LEA = Person("lbrandt", "Lea Brandt")


def address(port):
    """A loopback address."""
    return f"127.0.0.1:{port}"


def ports_in_use():
    """Every port the lab listens on."""
    ports = [PROMETHEUS, ALERTMANAGER, WEBHOOK, NODE_EXPORTER, BLACKBOX_EXPORTER, CARDGATE]
    for port in SERVICE_PORTS.values():
        for replica in range(MAX_REPLICAS):
            ports += [port + replica, port + replica + ADMIN_OFFSET]
    return ports

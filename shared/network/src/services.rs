//! The names of well-known services by port.

use std::ops::RangeInclusive;

use addresses::Span;

use crate::ports::PortSet;
use crate::protocol::Protocol::{self, Tcp, Udp};

/// A service that should not be open to the Internet, the protocols that it speaks and its ports.
type Service = (&'static str, &'static [Protocol], RangeInclusive<u16>);

const TCP: &[Protocol] = &[Tcp];
const UDP: &[Protocol] = &[Udp];
const BOTH: &[Protocol] = &[Tcp, Udp];

/// Those that give away a host first, then by port.
const SERVICES: [Service; 53] = [
    ("SSH", TCP, 22..=22),
    ("RDP", BOTH, 3389..=3389),
    ("MySQL", TCP, 3306..=3306),
    ("PostgreSQL", TCP, 5432..=5432),
    ("SQL Server", TCP, 1433..=1433),
    ("SQL Server Browser", UDP, 1434..=1434),
    ("Oracle", TCP, 1521..=1522),
    ("MongoDB", TCP, 27017..=27019),
    ("Redis", TCP, 6379..=6379),
    ("Elasticsearch", TCP, 9200..=9200),
    ("Elasticsearch transport", TCP, 9300..=9300),
    ("Kubernetes API", TCP, 6443..=6443),
    ("kubelet", TCP, 10250..=10250),
    ("kubelet (read only)", TCP, 10255..=10255),
    ("etcd", TCP, 2379..=2380),
    ("Docker", TCP, 2375..=2376),
    ("SMB", TCP, 445..=445),
    ("Telnet", TCP, 23..=23),
    ("FTP", TCP, 20..=21),
    ("SMTP", TCP, 25..=25),
    ("DNS", BOTH, 53..=53),
    ("TFTP", UDP, 69..=69),
    ("POP3", TCP, 110..=110),
    ("RPC portmapper", BOTH, 111..=111),
    ("NTP", UDP, 123..=123),
    ("Windows RPC", TCP, 135..=135),
    ("NetBIOS", BOTH, 137..=139),
    ("IMAP", TCP, 143..=143),
    ("SNMP", UDP, 161..=162),
    ("LDAP", BOTH, 389..=389),
    ("syslog", UDP, 514..=514),
    ("LDAPS", TCP, 636..=636),
    ("rsync", TCP, 873..=873),
    ("NFS", BOTH, 2049..=2049),
    ("ZooKeeper", TCP, 2181..=2181),
    ("Grafana", TCP, 3000..=3000),
    ("Salt", TCP, 4505..=4506),
    ("Redshift", TCP, 5439..=5439),
    ("Kibana", TCP, 5601..=5601),
    ("AMQP", TCP, 5671..=5672),
    ("VNC", TCP, 5900..=5909),
    ("CouchDB", TCP, 5984..=5984),
    ("WinRM", TCP, 5985..=5986),
    ("X11", TCP, 6000..=6009),
    ("Cassandra", TCP, 7000..=7001),
    ("Neo4j", TCP, 7474..=7474),
    ("Consul", TCP, 8500..=8500),
    ("Jupyter", TCP, 8888..=8888),
    ("Cassandra CQL", TCP, 9042..=9042),
    ("Prometheus", TCP, 9090..=9090),
    ("Kafka", TCP, 9092..=9094),
    ("memcached", BOTH, 11211..=11211),
    ("Hadoop NameNode", TCP, 50070..=50070),
];

/// The names of the well-known services that have a port among `ports` of `protocol`.
#[must_use]
pub fn services(protocol: &Protocol, ports: &PortSet) -> Vec<&'static str> {
    SERVICES
        .iter()
        .filter(|(_, protocols, _)| protocols.contains(protocol))
        .filter(|(_, _, range)| {
            let range = Span::new(*range.start(), *range.end());
            range.is_some_and(|range| ports.as_set().meets(range))
        })
        .map(|(name, _, _)| *name)
        .collect()
}

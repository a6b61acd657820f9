//! One rule of a security group: one protocol, one range, one source.

use std::fmt;

use serde::Serialize;
use serde_json::{Map, Value, json};

/// A rule, complete enough to put it back.
/// <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_SecurityGroupRule.html>
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Rule {
    /// The rule's id (`sgr-...`).
    pub id: String,
    /// Whether it is about traffic that leaves.
    pub is_egress: bool,
    /// `tcp`, `udp`, `icmp`, `icmpv6`, a protocol number, or `-1` for everything.
    pub protocol: String,
    /// The first port, or ICMP's type.
    pub from_port: Option<i32>,
    /// The last port, or ICMP's code.
    pub to_port: Option<i32>,
    /// From where, or to where.
    pub source: Source,
    /// What somebody wrote beside it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// The rule's own tags.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<(String, String)>,
}

/// From where a rule lets in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Source {
    /// An IPv4 block.
    Ipv4(String),
    /// An IPv6 block.
    Ipv6(String),
    /// A prefix list's id.
    PrefixList(String),
    /// Another security group.
    Group {
        /// Its id.
        id: String,
        /// The account that owns it, where that is another one.
        #[serde(skip_serializing_if = "Option::is_none")]
        owner: Option<String>,
    },
    /// Something that EC2 did not have when this was written.
    Unknown,
}

/// What a protocol means for the two numbers that come with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Protocol {
    /// The numbers are ports.
    Tcp,
    /// The numbers are ports.
    Udp,
    /// The numbers are a type and a code.
    Icmp,
    /// There are no numbers: every protocol, or one without ports.
    Other,
}

impl Rule {
    pub(crate) fn protocol(&self) -> Protocol {
        match self.protocol.to_ascii_lowercase().as_str() {
            "tcp" | "6" => Protocol::Tcp,
            "udp" | "17" => Protocol::Udp,
            "icmp" | "1" | "icmpv6" | "58" => Protocol::Icmp,
            _ => Protocol::Other,
        }
    }

    /// The ports of a tcp or udp rule, both ends included. Absent or negative numbers mean all of them.
    pub(crate) fn ports(&self) -> (u16, u16) {
        let port = |port: Option<i32>, otherwise: u16| {
            port.and_then(|port| u16::try_from(port).ok()).unwrap_or(otherwise)
        };
        (port(self.from_port, 0), port(self.to_port, u16::MAX))
    }

    /// The rule as one entry of `--ip-permissions`.
    pub(crate) fn ip_permission(&self) -> Value {
        let mut source = Map::new();
        if let Some(description) = &self.description {
            source.insert("Description".to_owned(), description.as_str().into());
        }
        let mut with = |key: &str, value: &str| {
            source.insert(key.to_owned(), value.into());
        };
        let list = match &self.source {
            Source::Ipv4(cidr) => {
                with("CidrIp", cidr);
                "IpRanges"
            }
            Source::Ipv6(cidr) => {
                with("CidrIpv6", cidr);
                "Ipv6Ranges"
            }
            Source::PrefixList(id) => {
                with("PrefixListId", id);
                "PrefixListIds"
            }
            Source::Group { id, owner } => {
                with("GroupId", id);
                if let Some(owner) = owner {
                    with("UserId", owner);
                }
                "UserIdGroupPairs"
            }
            Source::Unknown => "IpRanges",
        };
        let mut permission = Map::new();
        permission.insert("IpProtocol".to_owned(), self.protocol.as_str().into());
        if self.protocol() != Protocol::Other {
            permission.insert("FromPort".to_owned(), json!(self.from_port));
            permission.insert("ToPort".to_owned(), json!(self.to_port));
        }
        permission.insert(list.to_owned(), json!([source]));
        Value::Object(permission)
    }

    /// The rule in words, as in `rule sgr-1 (tcp 22 from 0.0.0.0/0, "office")`.
    pub(crate) fn words(&self) -> String {
        let description = self.description.as_ref().map_or_else(String::new, |text| format!(", \"{text}\""));
        format!("rule {} ({} from {}{description})", self.id, self.traffic(), self.source)
    }

    /// What the rule is about, as in `tcp 22` or `all traffic`.
    pub(crate) fn traffic(&self) -> String {
        let range = |from: i32, to: i32| if from == to { from.to_string() } else { format!("{from}-{to}") };
        match (self.protocol(), self.from_port, self.to_port) {
            (Protocol::Tcp, ..) | (Protocol::Udp, ..) => {
                let (from, to) = self.ports();
                let name = if self.protocol() == Protocol::Tcp { "tcp" } else { "udp" };
                if (from, to) == (0, u16::MAX) {
                    format!("every {name} port")
                } else {
                    format!("{name} {}", range(from.into(), to.into()))
                }
            }
            (Protocol::Icmp, Some(kind), Some(code)) if kind >= 0 => {
                format!(
                    "{} type {kind}{}",
                    self.protocol,
                    if code >= 0 { format!(" code {code}") } else { String::new() }
                )
            }
            (Protocol::Icmp, ..) => format!("all {}", self.protocol),
            (Protocol::Other, ..) if self.protocol == "-1" => "all traffic".to_owned(),
            (Protocol::Other, ..) => format!("IP protocol {}", self.protocol),
        }
    }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ipv4(source) | Self::Ipv6(source) | Self::PrefixList(source) => f.write_str(source),
            Self::Group { id, owner: Some(owner) } => write!(f, "{id} of account {owner}"),
            Self::Group { id, owner: None } => f.write_str(id),
            Self::Unknown => f.write_str("a source of unknown kind"),
        }
    }
}

//! IANA's numbers of protocols.
//! <https://www.iana.org/assignments/protocol-numbers/protocol-numbers.xhtml>

/// The protocols that have a name, by number.
const NAMES: [(u8, &str); 142] = [
    (0, "HOPOPT"),
    (1, "ICMP"),
    (2, "IGMP"),
    (3, "GGP"),
    (4, "IPv4"),
    (5, "ST"),
    (6, "TCP"),
    (7, "CBT"),
    (8, "EGP"),
    (9, "IGP"),
    (10, "BBN-RCC-MON"),
    (11, "NVP-II"),
    (12, "PUP"),
    (13, "ARGUS"),
    (14, "EMCON"),
    (15, "XNET"),
    (16, "CHAOS"),
    (17, "UDP"),
    (18, "MUX"),
    (19, "DCN-MEAS"),
    (20, "HMP"),
    (21, "PRM"),
    (22, "XNS-IDP"),
    (23, "TRUNK-1"),
    (24, "TRUNK-2"),
    (25, "LEAF-1"),
    (26, "LEAF-2"),
    (27, "RDP"),
    (28, "IRTP"),
    (29, "ISO-TP4"),
    (30, "NETBLT"),
    (31, "MFE-NSP"),
    (32, "MERIT-INP"),
    (33, "DCCP"),
    (34, "3PC"),
    (35, "IDPR"),
    (36, "XTP"),
    (37, "DDP"),
    (38, "IDPR-CMTP"),
    (39, "TP++"),
    (40, "IL"),
    (41, "IPv6"),
    (42, "SDRP"),
    (43, "IPv6-Route"),
    (44, "IPv6-Frag"),
    (45, "IDRP"),
    (46, "RSVP"),
    (47, "GRE"),
    (48, "DSR"),
    (49, "BNA"),
    (50, "ESP"),
    (51, "AH"),
    (52, "I-NLSP"),
    (53, "SWIPE"),
    (54, "NARP"),
    (55, "Min-IPv4"),
    (56, "TLSP"),
    (57, "SKIP"),
    (58, "IPv6-ICMP"),
    (59, "IPv6-NoNxt"),
    (60, "IPv6-Opts"),
    (62, "CFTP"),
    (64, "SAT-EXPAK"),
    (65, "KRYPTOLAN"),
    (66, "RVD"),
    (67, "IPPC"),
    (69, "SAT-MON"),
    (70, "VISA"),
    (71, "IPCV"),
    (72, "CPNX"),
    (73, "CPHB"),
    (74, "WSN"),
    (75, "PVP"),
    (76, "BR-SAT-MON"),
    (77, "SUN-ND"),
    (78, "WB-MON"),
    (79, "WB-EXPAK"),
    (80, "ISO-IP"),
    (81, "VMTP"),
    (82, "SECURE-VMTP"),
    (83, "VINES"),
    (84, "IPTM"),
    (85, "NSFNET-IGP"),
    (86, "DGP"),
    (87, "TCF"),
    (88, "EIGRP"),
    (89, "OSPFIGP"),
    (90, "Sprite-RPC"),
    (91, "LARP"),
    (92, "MTP"),
    (93, "AX.25"),
    (94, "IPIP"),
    (95, "MICP"),
    (96, "SCC-SP"),
    (97, "ETHERIP"),
    (98, "ENCAP"),
    (100, "GMTP"),
    (101, "IFMP"),
    (102, "PNNI"),
    (103, "PIM"),
    (104, "ARIS"),
    (105, "SCPS"),
    (106, "QNX"),
    (107, "A/N"),
    (108, "IPComp"),
    (109, "SNP"),
    (110, "Compaq-Peer"),
    (111, "IPX-in-IP"),
    (112, "VRRP"),
    (113, "PGM"),
    (115, "L2TP"),
    (116, "DDX"),
    (117, "IATP"),
    (118, "STP"),
    (119, "SRP"),
    (120, "UTI"),
    (121, "SMP"),
    (122, "SM"),
    (123, "PTP"),
    (124, "ISIS"),
    (125, "FIRE"),
    (126, "CRTP"),
    (127, "CRUDP"),
    (128, "SSCOPMCE"),
    (129, "IPLT"),
    (130, "SPS"),
    (131, "PIPE"),
    (132, "SCTP"),
    (133, "FC"),
    (134, "RSVP-E2E-IGNORE"),
    (135, "Mobility"),
    (136, "UDPLite"),
    (137, "MPLS-in-IP"),
    (138, "manet"),
    (139, "HIP"),
    (140, "Shim6"),
    (141, "WESP"),
    (142, "ROHC"),
    (143, "Ethernet"),
    (144, "AGGFRAG"),
    (145, "NSH"),
    (146, "Homa"),
];

/// The name of a protocol, as IANA writes it.
pub(crate) fn name(number: u8) -> Option<&'static str> {
    let at = NAMES.binary_search_by_key(&number, |(number, _)| *number).ok()?;
    NAMES.get(at).map(|(_, name)| *name)
}

/// The number that a text says, or that the protocol of this name has, in any case.
pub(crate) fn number(text: &str) -> Option<u8> {
    if text.bytes().all(|byte| byte.is_ascii_digit()) {
        return text.parse().ok();
    }
    NAMES.iter().find(|(_, name)| name.eq_ignore_ascii_case(text)).map(|(number, _)| *number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_in_the_order_of_their_numbers_and_each_is_found_by_its_number_and_by_its_name() {
        assert!(NAMES.is_sorted_by(|(a, _), (b, _)| a < b));
        for (own, own_name) in NAMES {
            assert_eq!((name(own), number(own_name)), (Some(own_name), Some(own)), "{own} {own_name}");
        }
    }

    #[test]
    fn the_well_known_ones_are_where_they_belong() {
        for (own, own_name) in [
            (1, "icmp"),
            (2, "igmp"),
            (4, "ipv4"),
            (6, "tcp"),
            (17, "udp"),
            (41, "ipv6"),
            (46, "rsvp"),
            (47, "gre"),
            (50, "esp"),
            (51, "ah"),
            (58, "ipv6-icmp"),
            (88, "eigrp"),
            (89, "ospfigp"),
            (94, "ipip"),
            (97, "etherip"),
            (103, "pim"),
            (108, "ipcomp"),
            (112, "vrrp"),
            (115, "l2tp"),
            (132, "sctp"),
            (136, "udplite"),
            (137, "mpls-in-ip"),
            (139, "hip"),
            (142, "rohc"),
            (143, "ethernet"),
        ] {
            assert_eq!(number(own_name), Some(own), "{own_name}");
        }
    }

    #[test]
    fn what_is_no_number_of_a_protocol_and_no_name_is_none() {
        for text in ["", "256", "-1", "+47", "4.7", "gr", "gre ", "61st"] {
            assert_eq!(number(text), None, "{text}");
        }
        assert_eq!((number("255"), name(255), name(61)), (Some(255), None, None));
        assert_eq!(number("047"), Some(47));
    }
}

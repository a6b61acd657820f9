"""Stands in for AWS where there are thousands of groups and buckets: answers at once, counts every call, changes nothing."""

import json
import threading
import urllib.parse
from collections import Counter

from .loopback import Handler, Server
from .recorder import operation, s3_error
from .stack import ACCOUNT, REGION

PAGE = 1_000
EC2 = "http://ec2.amazonaws.com/doc/2016-11-15/"
ALL_USERS = "http://acs.amazonaws.com/groups/global/AllUsers"
OWNER = "75aa57f09aa0c8caeab4f8c24e99d10f8e7faeebf76c078efc7c6caea54ba06a"


class Crowd:
    """So many groups with so many rules each, and so many buckets. Of a hundred each one is open; some rules name a list."""

    def __init__(self, groups, rules, buckets):
        self.groups = [f"sg-{n:017x}" for n in range(groups)]
        self.rules = [(group, index) for group in self.groups for index in range(rules)]
        self.buckets = [f"acme-{n:05}" for n in range(buckets)]
        self.open_groups, self.open_buckets = self.groups[::100], self.buckets[::100]
        self.calls, self.sent, self._lock = Counter(), {}, threading.Lock()
        self._server = Server(self._handler())

    @property
    def url(self):
        return self._server.url

    def close(self):
        self._server.close()

    def of(self, service):
        """How many calls each operation of EC2 or of another service had."""
        return {name.partition(":")[2]: count for name, count in self.calls.items() if name.startswith(f"{service}:")}

    def describe_security_groups(self, form):
        item = (
            "<item><ownerId>{owner}</ownerId><groupId>{id}</groupId><groupName>g</groupName><groupDescription>one of many"
            "</groupDescription><vpcId>vpc-0a1b2c3d4e5f60718</vpcId><tagSet><item><key>team</key><value>payments</value></item></tagSet></item>"
        )
        return self.paged("DescribeSecurityGroups", "securityGroupInfo", self.groups, form, lambda group: item.format(owner=ACCOUNT, id=group))

    def describe_security_group_rules(self, form):
        def item(rule):
            group, index = rule
            is_open = index == 0 and group in self.known_open
            source = f"<prefixListId>pl-{index % 2:017x}</prefixListId>" if index == 1 else f"<cidrIpv4>{'0.0.0.0/0' if is_open else '10.0.0.0/8'}</cidrIpv4>"
            return (
                f"<item><securityGroupRuleId>sgr-{group[3:]}{index:04x}</securityGroupRuleId><groupId>{group}</groupId>"
                f"<groupOwnerId>{ACCOUNT}</groupOwnerId><isEgress>false</isEgress><ipProtocol>tcp</ipProtocol><fromPort>{2000 + index}</fromPort>"
                f"<toPort>{2000 + index}</toPort>{source}<description>what somebody needed once, number {index}</description></item>"
            )
        self.known_open = set(self.open_groups)
        return self.paged("DescribeSecurityGroupRules", "securityGroupRuleSet", self.rules, form, item)

    def get_managed_prefix_list_entries(self, _form):
        return answer("GetManagedPrefixListEntries", "<entrySet><item><cidr>10.1.0.0/16</cidr></item></entrySet>")

    def describe_managed_prefix_lists(self, _form):
        return answer("DescribeManagedPrefixLists", "<prefixListSet/>")

    def paged(self, name, member, everything, form, item):
        start = int(form.get("NextToken", 0))
        size = min(PAGE, int(form.get("MaxResults", PAGE)))
        more = f"<nextToken>{start + size}</nextToken>" if start + size < len(everything) else ""
        return answer(name, f"<{member}>{''.join(map(item, everything[start:start + size]))}</{member}>{more}")

    def list_buckets(self):
        items = "".join(f"<Bucket><Name>{name}</Name><BucketRegion>{REGION}</BucketRegion></Bucket>" for name in self.buckets)
        return 200, f"<ListAllMyBucketsResult><Buckets>{items}</Buckets></ListAllMyBucketsResult>"

    def of_bucket(self, name, bucket):
        own = grant(f'<Grantee xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:type="CanonicalUser"><ID>{OWNER}</ID></Grantee>', "FULL_CONTROL")
        all_users = grant(f'<Grantee xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:type="Group"><URI>{ALL_USERS}</URI></Grantee>', "READ")
        if name == "GetBucketAcl":
            grants = own + (all_users if bucket in self.open_buckets else "")
            return 200, f"<AccessControlPolicy><Owner><ID>{OWNER}</ID></Owner><AccessControlList>{grants}</AccessControlList></AccessControlPolicy>"
        if bucket in self.open_buckets and name in ("GetBucketPolicy", "GetBucketPolicyStatus"):
            statement = {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": f"arn:aws:s3:::{bucket}/*"}
            policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
            return 200, policy if name == "GetBucketPolicy" else "<PolicyStatus><IsPublic>true</IsPublic></PolicyStatus>"
        absent = {
            "GetBucketPolicy": "NoSuchBucketPolicy", "GetBucketPolicyStatus": "NoSuchBucketPolicy", "GetBucketTagging": "NoSuchTagSet",
            "GetBucketWebsite": "NoSuchWebsiteConfiguration", "GetBucketOwnershipControls": "OwnershipControlsNotFoundError",
        }
        return 404, s3_error(absent.get(name, "NoSuchPublicAccessBlockConfiguration"))

    def take(self, body):
        """Messages, by the name of their queue."""
        asked = json.loads(body)
        with self._lock:
            self.sent.setdefault(asked["QueueUrl"].rsplit("/", 1)[1], []).extend(one["MessageBody"] for one in asked["Entries"])
        return {"Successful": [{"Id": one["Id"], "MessageId": "m", "MD5OfMessageBody": "0"} for one in asked["Entries"]]}

    def _handler(crowd):
        class Aws(Handler):
            def handle_one(self):
                body = self.body()
                name = operation(self.command, self.path, self.headers, body)
                service = self.headers.get("Authorization", "").partition("Credential=")[2].split("/")[3]
                with crowd._lock:
                    crowd.calls[f"{service}:{name}"] += 1
                self.answer(*crowd.answer_to(service, name, self.path, body))

            do_GET = do_PUT = do_POST = do_DELETE = do_HEAD = handle_one

        return Aws

    def answer_to(self, service, name, path, body):
        if service == "sqs":
            found = self.take(body) if name == "SendMessageBatch" else {"QueueUrl": f"{self.url}/{ACCOUNT}/{json.loads(body)['QueueName']}"}
            return 200, {"Content-Type": "application/x-amz-json-1.0"}, json.dumps(found).encode()
        if service == "dynamodb":
            return 200, {"Content-Type": "application/x-amz-json-1.0"}, b'{"Items":[],"Count":0,"ScannedCount":0}'
        if service == "ec2":
            form = {key: values[0] for key, values in urllib.parse.parse_qs(body.decode()).items()}
            methods = {
                "DescribeSecurityGroups": self.describe_security_groups, "DescribeSecurityGroupRules": self.describe_security_group_rules,
                "GetManagedPrefixListEntries": self.get_managed_prefix_list_entries,
                "DescribeManagedPrefixLists": self.describe_managed_prefix_lists,
            }
            status, text = methods[name](form)
        elif name == "ListBuckets":
            status, text = self.list_buckets()
        else:
            status, text = self.of_bucket(name, urllib.parse.urlsplit(path).path.strip("/"))
        return status, {"Content-Type": "application/xml"}, text.encode()


def answer(name, inside):
    return 200, f'<{name}Response xmlns="{EC2}">{inside}</{name}Response>'


def grant(grantee, permission):
    return f"<Grant>{grantee}<Permission>{permission}</Permission></Grant>"

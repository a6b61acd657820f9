"""A Lambda handler as one would write it in Python: reads a parameter, and for an event a bucket's ACL."""

import http.client
import os

import boto3

settings = boto3.client("ssm").get_parameter(Name="/curfew/settings")["Parameter"]["Value"]
s3, sns = boto3.client("s3"), boto3.client("sns")
runtime = http.client.HTTPConnection(os.environ["AWS_LAMBDA_RUNTIME_API"])
while True:
    runtime.request("GET", "/2018-06-01/runtime/invocation/next")
    answer = runtime.getresponse()
    answer.read()
    grants = s3.get_bucket_acl(Bucket="acme-0")["Grants"]
    path = f"/2018-06-01/runtime/invocation/{answer.headers['Lambda-Runtime-Aws-Request-Id']}/response"
    runtime.request("POST", path, body=str(len(grants)))
    runtime.getresponse().read()

//! Records in DynamoDB, behind the walk's port.

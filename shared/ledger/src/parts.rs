//! The parts of a record that is too large for one item. They are written before the record: parts that no record has are
//! harmless, a record without its parts is not.

use aws_sdk_dynamodb::operation::put_item::PutItemError;
use aws_sdk_dynamodb::primitives::Blob;
use aws_sdk_dynamodb::types::AttributeValue;
use remediation::CallError;
use remediation::clock::Clock;
use remediation::ledger::RecordId;

use crate::body::Body;
use crate::item::{Item, key, part_name};
use crate::standings::Expression;
use crate::table::Table;
use crate::write::{PUT, UPDATE, names};

impl<K: Clock> Table<K> {
    /// Writes the parts. One that is there is never changed, only kept for longer: its name says what is in it.
    pub(crate) async fn put_parts(
        &self,
        id: &RecordId,
        body: &Body,
        expires: AttributeValue,
    ) -> Result<(), CallError> {
        for (index, part) in body.parts().iter().enumerate() {
            let name = key(&id.resource, &part_name(&id.key, &body.digest, index));
            let mut item = name.clone();
            item.insert("body".to_owned(), AttributeValue::B(Blob::new(part.clone())));
            item.insert("expires".to_owned(), expires.clone());
            if !self.put_part(item).await? {
                self.keep_part(name, expires.clone()).await?;
            }
        }
        Ok(())
    }

    /// Says whether the part is new.
    async fn put_part(&self, item: Item) -> Result<bool, CallError> {
        let is_new = Expression::new("attribute_not_exists(#resource)", []);
        let request = self.client.put_item().table_name(&self.name).set_item(Some(item));
        let request = request.condition_expression(&is_new.text);
        match request.set_expression_attribute_names(Some(names([&is_new]))).send().await {
            Ok(_) => Ok(true),
            Err(error) => match error.as_service_error() {
                Some(PutItemError::ConditionalCheckFailedException(_)) => Ok(false),
                _ => Err(aws::failed(PUT, error)),
            },
        }
    }

    async fn keep_part(&self, key: Item, expires: AttributeValue) -> Result<(), CallError> {
        let change = Expression::new("SET #expires = :expires", [(":expires", expires)]);
        let request = self.client.update_item().table_name(&self.name).set_key(Some(key));
        let request = request
            .update_expression(&change.text)
            .set_expression_attribute_names(Some(names([&change])))
            .set_expression_attribute_values(Some(change.values));
        request.send().await.map(|_| ()).map_err(|error| aws::failed(UPDATE, error))
    }
}

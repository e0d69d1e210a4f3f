-- Operations look a payment up by what it carries, whosever it is.

create index payments_by_reference on payments.payments (reference, id) where reference is not null;

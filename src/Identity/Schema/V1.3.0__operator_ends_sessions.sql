-- Those who run the platform take an authenticator away, which ends its owner's sessions.

alter table identity.sessions drop constraint sessions_end_reason_check;
alter table identity.sessions add constraint sessions_end_reason_known check (
    end_reason in ('signed_out', 'ended_by_user', 'password_changed', 'password_reset', 'ended_by_operator'));

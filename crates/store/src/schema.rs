//! The one schema of both dialects: portable column types only, at most 32 columns a table.

diesel::table! {
    org_heads (org_id) {
        org_id -> Text,
        status -> Text,
        zone -> Text,
        next_zone -> Nullable<Text>,
        next_zone_after -> Nullable<Integer>,
        seq -> BigInt,
        epoch -> BigInt,
        last_now -> BigInt,
        hash -> Binary,
        debt_live -> BigInt,
        debt_test -> BigInt,
    }
}

diesel::table! {
    organizations (id) {
        id -> Text,
        name -> Text,
        data_key -> Binary,
        created_at -> BigInt,
    }
}

diesel::table! {
    users (id) {
        id -> Text,
        email -> Text,
        created_at -> BigInt,
        name -> Nullable<Text>,
    }
}

diesel::table! {
    sign_ins (user_id) {
        user_id -> Text,
        password -> Nullable<Text>,
        sessions_valid_from -> BigInt,
    }
}

diesel::table! {
    memberships (org_id, user_id) {
        org_id -> Text,
        user_id -> Text,
        role -> Text,
    }
}

diesel::table! {
    departures (org_id, user_id) {
        org_id -> Text,
        user_id -> Text,
        sessions_from -> BigInt,
    }
}

diesel::table! {
    teams (id) {
        id -> Text,
        org_id -> Text,
        name -> Text,
        has_pool -> Bool,
        month_cap -> Nullable<BigInt>,
        created_at -> BigInt,
    }
}

diesel::table! {
    allocations (team_id, user_id) {
        org_id -> Text,
        team_id -> Text,
        user_id -> Text,
        day_cap -> Nullable<BigInt>,
        month_cap -> Nullable<BigInt>,
        life_cap -> Nullable<BigInt>,
    }
}

diesel::table! {
    team_members (team_id, user_id) {
        org_id -> Text,
        team_id -> Text,
        user_id -> Text,
        role -> Text,
        created_at -> BigInt,
    }
}

diesel::table! {
    budget_requests (id) {
        id -> Text,
        org_id -> Text,
        team_id -> Text,
        user_id -> Text,
        mode -> Text,
        amount -> BigInt,
        reason -> Nullable<Text>,
        status -> Text,
        created_at -> BigInt,
        resolved_at -> Nullable<BigInt>,
        resolved_by -> Nullable<Text>,
    }
}

diesel::table! {
    platform_admins (user_id) {
        user_id -> Text,
    }
}

diesel::table! {
    agents (id) {
        id -> Text,
        org_id -> Text,
        team_id -> Nullable<Text>,
        owner_id -> Text,
        name -> Text,
        description -> Nullable<Text>,
        icon -> Nullable<Text>,
        category -> Nullable<Text>,
        default_model_id -> Nullable<Text>,
        system_prompt -> Nullable<Text>,
        kind -> Text,
        status -> Text,
        month_cap -> Nullable<BigInt>,
        ancestors -> Text,
        created_at -> BigInt,
        personality -> Nullable<Text>,
        voice_config -> Nullable<Text>,
        memory_mode -> Nullable<Text>,
        origin -> Nullable<Text>,
    }
}

diesel::table! {
    bindings (agent_id, operation) {
        org_id -> Text,
        agent_id -> Text,
        operation -> Text,
        month_cap -> Nullable<BigInt>,
        day_count -> Nullable<BigInt>,
        approval_threshold -> Nullable<BigInt>,
    }
}

diesel::table! {
    credentials (id) {
        id -> Text,
        org_id -> Text,
        agent_id -> Nullable<Text>,
        user_id -> Nullable<Text>,
        mode -> Nullable<Text>,
        hash -> Binary,
        label -> Text,
        revoked -> Bool,
        expires_at -> Nullable<BigInt>,
        created_at -> BigInt,
    }
}

diesel::table! {
    suspensions (org_id, mode, operation) {
        org_id -> Text,
        mode -> Text,
        operation -> Text,
    }
}

diesel::table! {
    meters (org_id, key) {
        org_id -> Text,
        key -> Text,
        posted -> BigInt,
        held -> BigInt,
        count -> BigInt,
    }
}

diesel::table! {
    requests (org_id, id) {
        org_id -> Text,
        id -> Text,
        agent_id -> Text,
        mode -> Text,
        credential_id -> Text,
        idempotency_key -> Nullable<Text>,
        operation -> Text,
        provider -> Nullable<Text>,
        sealed -> Binary,
        digest -> Binary,
        estimate -> BigInt,
        applied_max_tokens -> Nullable<BigInt>,
        hold_amount -> Nullable<BigInt>,
        hold_account -> Nullable<Text>,
        hold_windows -> Nullable<Text>,
        approval_id -> Nullable<Text>,
        approval_expires_at -> Nullable<BigInt>,
        reasons -> Nullable<Text>,
        seq -> BigInt,
        created_at -> BigInt,
        state -> Text,
        owner -> Nullable<Text>,
        fence_until -> Nullable<BigInt>,
        flagged -> Bool,
        external_id -> Nullable<Text>,
        ended_by -> Nullable<Text>,
        ended_at -> Nullable<BigInt>,
        cost -> Nullable<BigInt>,
        overrun -> Nullable<BigInt>,
        basis -> Nullable<Text>,
        end_reason -> Nullable<Text>,
        result -> Nullable<Binary>,
    }
}

diesel::table! {
    open_outcomes (org_id, request_id) {
        org_id -> Text,
        request_id -> Text,
        owner -> Nullable<Text>,
        state -> Text,
    }
}

diesel::table! {
    flagged_requests (org_id, request_id) {
        org_id -> Text,
        request_id -> Text,
    }
}

diesel::table! {
    journal (org_id, seq) {
        org_id -> Text,
        seq -> BigInt,
        at -> BigInt,
        kind -> Text,
        mode -> Nullable<Text>,
        request_id -> Nullable<Text>,
        agent_id -> Nullable<Text>,
        operation -> Nullable<Text>,
        status -> Nullable<Text>,
        debit -> Nullable<Text>,
        credit -> Nullable<Text>,
        amount -> Nullable<BigInt>,
        body -> Text,
        hash -> Binary,
    }
}

diesel::table! {
    commands (id) {
        id -> Text,
        org_id -> Text,
        seq -> BigInt,
    }
}

diesel::table! {
    node_leases (node_id) {
        node_id -> Text,
        lease_until -> BigInt,
        watermark -> BigInt,
        dead -> Bool,
    }
}

diesel::table! {
    settings (name) {
        name -> Text,
        value -> Binary,
    }
}

diesel::table! {
    approvals (id) {
        id -> Text,
        org_id -> Text,
        request_id -> Text,
        agent_id -> Text,
        mode -> Text,
        status -> Text,
        expires_at -> BigInt,
        seq -> BigInt,
        resolved_at -> Nullable<BigInt>,
        resolved_by -> Nullable<Text>,
    }
}

diesel::table! {
    webhook_receipts (provider, event_id) {
        provider -> Text,
        event_id -> Text,
        digest -> Binary,
        received_at -> BigInt,
        org_id -> Text,
        request_id -> Text,
    }
}

diesel::table! {
    stops (org_id, scope) {
        org_id -> Text,
        scope -> Text,
        reason -> Text,
        stopped_by -> Text,
        stopped_at -> BigInt,
    }
}

diesel::table! {
    standings (org_id) {
        org_id -> Text,
        status -> Text,
        reason -> Text,
        changed_by -> Nullable<Text>,
        changed_at -> BigInt,
    }
}

diesel::table! {
    promo_codes (id) {
        id -> Text,
        code -> Text,
        amount -> BigInt,
        most_redemptions -> Nullable<BigInt>,
        most_total -> Nullable<BigInt>,
        expires_at -> Nullable<BigInt>,
        note -> Text,
        active -> Bool,
        redemptions -> BigInt,
        redeemed -> BigInt,
        created_at -> BigInt,
        created_by -> Text,
    }
}

diesel::table! {
    promo_redemptions (promo_id, org_id) {
        promo_id -> Text,
        org_id -> Text,
        user_id -> Text,
        amount -> BigInt,
        redeemed_at -> BigInt,
    }
}

diesel::table! {
    identities (issuer, subject) {
        issuer -> Text,
        subject -> Text,
        user_id -> Text,
        created_at -> BigInt,
    }
}

diesel::table! {
    delegated_tasks (id) {
        id -> Text,
        org_id -> Text,
        parent_id -> Text,
        child_id -> Text,
        objective -> Text,
        cap -> Nullable<BigInt>,
        operations -> Nullable<Text>,
        model_id -> Nullable<Text>,
        status -> Text,
        result -> Nullable<Text>,
        seq -> BigInt,
        created_at -> BigInt,
        updated_at -> BigInt,
        ended_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    skill_proposals (id) {
        id -> Text,
        org_id -> Text,
        agent_id -> Text,
        name -> Text,
        description -> Nullable<Text>,
        instructions -> Text,
        reason -> Nullable<Text>,
        status -> Text,
        created_at -> BigInt,
        resolved_at -> Nullable<BigInt>,
        resolved_by -> Nullable<Text>,
    }
}

diesel::table! {
    webhook_endpoints (id) {
        id -> Text,
        org_id -> Text,
        url -> Text,
        description -> Nullable<Text>,
        events -> Text,
        status -> Text,
        secret -> Binary,
        previous_secret -> Nullable<Binary>,
        previous_until -> Nullable<BigInt>,
        created_at -> BigInt,
    }
}

diesel::table! {
    webhook_deliveries (id) {
        id -> Text,
        org_id -> Text,
        endpoint_id -> Text,
        message_id -> Text,
        event -> Text,
        place -> BigInt,
        body -> Text,
        status -> Text,
        attempts -> BigInt,
        next_at -> Nullable<BigInt>,
        last_at -> Nullable<BigInt>,
        last_status -> Nullable<Integer>,
        last_problem -> Nullable<Text>,
        created_at -> BigInt,
        ended_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    budget_alerts (org_id, mode, window_key, level) {
        org_id -> Text,
        mode -> Text,
        window_key -> Text,
        level -> Integer,
        cap -> BigInt,
        used -> BigInt,
        agent_id -> Nullable<Text>,
        place -> BigInt,
        at -> BigInt,
    }
}

diesel::table! {
    journal_cursors (org_id) {
        org_id -> Text,
        seq -> BigInt,
    }
}

diesel::table! {
    roles (id) {
        id -> Text,
        org_id -> Text,
        name -> Text,
        permissions -> Text,
        created_at -> BigInt,
    }
}

diesel::table! {
    token_details (credential_id) {
        credential_id -> Text,
        permissions -> Nullable<Text>,
        last_used_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    user_suspensions (user_id) {
        user_id -> Text,
        since -> BigInt,
        suspended_by -> Text,
    }
}

diesel::table! {
    mail_outbox (id) {
        id -> Text,
        org_id -> Text,
        kind -> Text,
        sealed -> Binary,
        send_before -> Nullable<BigInt>,
        created_at -> BigInt,
        due_at -> BigInt,
        attempts -> BigInt,
        failed_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    invites (id) {
        id -> Text,
        org_id -> Text,
        email -> Text,
        role -> Text,
        team_id -> Nullable<Text>,
        team_role -> Nullable<Text>,
        invited_by -> Text,
        hash -> Binary,
        created_at -> BigInt,
        expires_at -> BigInt,
    }
}

diesel::table! {
    password_resets (user_id) {
        user_id -> Text,
        hash -> Binary,
        created_at -> BigInt,
        expires_at -> BigInt,
    }
}

diesel::table! {
    agent_requests (id) {
        id -> Text,
        org_id -> Text,
        seq -> BigInt,
        agent_id -> Nullable<Text>,
        asked_by -> Nullable<Text>,
        kind -> Text,
        sealed -> Binary,
        budget_request_id -> Nullable<Text>,
        created_at -> BigInt,
        status -> Text,
        resolved_at -> Nullable<BigInt>,
        resolved_by -> Nullable<Text>,
    }
}

diesel::table! {
    publish_requests (id) {
        id -> Text,
        org_id -> Text,
        seq -> BigInt,
        subject_kind -> Text,
        subject_id -> Text,
        scope -> Text,
        team_id -> Nullable<Text>,
        manifest -> Text,
        note -> Nullable<Text>,
        requested_by -> Text,
        created_at -> BigInt,
        status -> Text,
        reason -> Nullable<Text>,
        resolved_at -> Nullable<BigInt>,
        resolved_by -> Nullable<Text>,
        publication_id -> Nullable<Text>,
    }
}

diesel::table! {
    publications (id) {
        id -> Text,
        org_id -> Text,
        seq -> BigInt,
        listing_seq -> Nullable<BigInt>,
        subject_kind -> Text,
        subject_id -> Text,
        scope -> Text,
        team_id -> Nullable<Text>,
        manifest -> Text,
        request_id -> Text,
        requested_by -> Text,
        created_at -> BigInt,
        status -> Text,
        ended_at -> Nullable<BigInt>,
        ended_by -> Nullable<Text>,
    }
}

diesel::allow_tables_to_appear_in_same_query!(org_heads, publications);
diesel::allow_tables_to_appear_in_same_query!(
    approvals,
    org_heads,
    organizations,
    users,
    sign_ins,
    memberships,
    teams,
    allocations,
    agents,
    bindings,
    credentials,
    suspensions,
    meters,
    requests,
    open_outcomes,
    flagged_requests,
    journal,
    commands,
    node_leases,
    settings,
    identities,
    webhook_endpoints,
    webhook_deliveries,
    journal_cursors,
    agent_requests,
    user_suspensions,
);

#[derive(Clone)]
pub struct Line {
    no: i32,
    invoice_id: InvoiceId,
    track: TrackId,
    unit_price: Cents,
    quantity: i32,
}
const _: () = {
    use ::aggregate_core::__private;
    #[automatically_derived]
    impl __private::Entity for Line
    where
        for<'__a> Line: __private::Row,
        for<'__a> i32: __private::IdField,
        for<'__a> InvoiceId: __private::IdField,
    {
        type Id = i32;
        type Key<'__k> = &'__k i32;
        const TABLE: &'static __private::Table = &__private::Table::new(
                "invoice_lines",
                &[
                    __private::ColumnDef::new("no"),
                    __private::ColumnDef::new("track"),
                    __private::ColumnDef::new("unit_price"),
                    __private::ColumnDef::new("quantity"),
                ],
            )
            .local_id(&[0])
            .parent(&["invoice_id"]);
        fn id(&self) -> Self::Id {
            __private::Clone::clone(&self.no)
        }
        fn key(&self) -> Self::Key<'_> {
            &self.no
        }
        fn as_key(__id: &Self::Id) -> Self::Key<'_> {
            __id
        }
        fn key_parts<'__k>(
            &'__k self,
            __visit: &mut dyn __private::FnMut(&'__k dyn __private::KeyPart),
        ) {
            __visit(&self.no);
        }
        fn parent_parts<'__k>(
            &'__k self,
            __visit: &mut dyn __private::FnMut(&'__k dyn __private::KeyPart),
        ) {
            __visit(&self.invoice_id);
        }
        fn fields<__V: __private::Fields<Self>>(__v: &mut __V) {
            __v.compared(1, |__s| &__s.track, |__s| &mut __s.track);
            __v.compared(2, |__s| &__s.unit_price, |__s| &mut __s.unit_price);
            __v.compared(3, |__s| &__s.quantity, |__s| &mut __s.quantity);
        }
        fn children<__V: __private::Branches<Self>>(
            _: &mut __V,
        ) -> __private::Result<(), __private::Error> {
            __private::Ok(())
        }
    }
    #[automatically_derived]
    impl __private::Part for Line {}
    #[automatically_derived]
    impl<__DB: __private::Backend> __private::Persist<__DB> for Line
    where
        for<'__a> Line: __private::Row,
        for<'__a> i32: __private::IdField,
        for<'__a> InvoiceId: __private::IdField,
        i32: __private::IsColumn<__DB>,
        InvoiceId: __private::IsColumn<__DB>,
        TrackId: __private::IsColumn<__DB>,
        Cents: __private::IsColumn<__DB>,
        i32: __private::IsColumn<__DB>,
    {
        fn decode(
            __row: &mut __private::RowReader<'_, __DB>,
        ) -> __private::Result<Self, __private::Error> {
            __private::Ok(Self {
                no: __row.column(0)?,
                invoice_id: __row.parent(0)?,
                track: __row.column(1)?,
                unit_price: __row.column(2)?,
                quantity: __row.column(3)?,
            })
        }
        fn read_id(
            __row: &mut __private::KeyReader<'_, __DB>,
        ) -> __private::Result<i32, __private::Error> {
            __row.part()
        }
        fn bind_key(
            __key: &i32,
            __values: &mut __private::Values<__DB>,
        ) -> __private::Result<(), __private::Error> {
            __values.bind(__key)
        }
        fn columns<__V: __private::Columns<__DB, Self>>(
            __v: &mut __V,
        ) -> __private::Result<(), __private::Error> {
            __v.column(|__s| &__s.no, |__s| &mut __s.no)?;
            __v.column(|__s| &__s.track, |__s| &mut __s.track)?;
            __v.column(|__s| &__s.unit_price, |__s| &mut __s.unit_price)?;
            __v.column(|__s| &__s.quantity, |__s| &mut __s.quantity)?;
            __private::Ok(())
        }
        fn children<__V: __private::Children<__DB, Self>>(
            _: &mut __V,
        ) -> __private::Result<(), __private::Error> {
            __private::Ok(())
        }
    }
    const _: () = <Line as __private::IsClone>::OK;
    const _: () = <Line as __private::IsSendAndSync>::OK;
    const _: () = <i32 as __private::IsId>::OK;
    const _: () = <InvoiceId as __private::IsId>::OK;
};

//! Whole tickets, as they come out.

use crate::samples::{
    buyer, closed_shift, credit_note, facts, open_shift, order, shift_facts, texts,
};
use till_receipt::Language::{En, Es};
use till_receipt::{Language, Paper, SaleFacts, TestFacts, Ticket, text};

fn assert_ticket(ticket: &Ticket, paper: Paper, expected: &str) {
    let printed = text(ticket, paper);
    let expected = expected.trim_start_matches('\n');
    assert!(printed == expected, "printed\n{printed}\ninstead of\n{expected}");
}

fn sale(language: Language) -> Ticket {
    till_receipt::sale(&order(), &facts(), &texts(), language)
}

#[test]
fn a_sale_in_spanish_on_58_mm() {
    assert_ticket(
        &sale(Es),
        Paper::Mm58,
        r"
            Café La
           Esperanza
       NIT 900.123.456-7
  Calle 12 # 4-56, Bogotá D.C.
       Responsable de IVA
--------------------------------
        Tiquete de venta
       No. SETP-990000001
Resolución 18760000001, vence 19
            ene 2030
Fecha: 21 nov 2026 18:24
Caja: Caja 1
Cajero: Ana Muñoz
Cliente: Consumidor final
--------------------------------
Café de origen Huila, tostión
media, 500 g
  2 x $ 19.000
  Descuento -$ 1.000    $ 37.000
  molido fino
Queso campesino
  0,25 kg x $ 24.000     $ 6.000
Bolsa
  1 x $ 200
  INC bolsas
  $ 70 por unidad $ 70     $ 270
--------------------------------
Subtotal                $ 44.200
Descuento               -$ 1.000
Impuestos añadidos          $ 70
TOTAL                   $ 43.270
Propina                  $ 4.000
Redondeo                   -$ 20
A pagar                 $ 47.250
Efectivo                $ 40.500
  US$ 10.00, 1 USD = 4050 COP
Tarjeta                 $ 10.000
  Ref. 004512
Cambio                   $ 3.250
--------------------------------
Impuestos en el total
INC bolsas $ 70 por unidad,
base $ 200                  $ 70
IVA exento, base $ 6.000     $ 0
IVA 5 %,
base $ 35.238,10      $ 1.761,90
Nota: Mesa 4
--------------------------------
No. SETP-990000001
CUDE:
6f1c2a9d0b3e4f5a8c7d6e5f4a3b2c1d
0e9f8a7b6c5d4e3f2a1b0c9d8e7f6a5b
4c3d2e1f0a9b8c7d6e5f4a3b2c1d0e9f
[QR]
https://catalogo-vpfe.dian.gov.c
o/document/searchqr?documentkey=
6f1c2a9d0b3e4f5a8c7d6e5f4a3b2c1d
0e9f8a7b6c5d4e3f2a1b0c9d8e7f6a5b
4c3d2e1f0a9b8c7d6e5f4a3b2c1d0e9f
    ¡Gracias por su compra!
  Cambios dentro de 8 días con
         este tiquete.
",
    );
}

#[test]
fn a_sale_in_spanish_on_80_mm() {
    assert_ticket(
        &sale(Es),
        Paper::Mm80,
        r"
               Café La Esperanza
               NIT 900.123.456-7
          Calle 12 # 4-56, Bogotá D.C.
               Responsable de IVA
------------------------------------------------
                Tiquete de venta
               No. SETP-990000001
   Resolución 18760000001, vence 19 ene 2030
Fecha: 21 nov 2026 18:24
Caja: Caja 1
Cajero: Ana Muñoz
Cliente: Consumidor final
------------------------------------------------
Café de origen Huila, tostión media, 500 g
  2 x $ 19.000
  Descuento -$ 1.000                    $ 37.000
  molido fino
Queso campesino
  0,25 kg x $ 24.000                     $ 6.000
Bolsa
  1 x $ 200
  INC bolsas $ 70 por unidad $ 70          $ 270
------------------------------------------------
Subtotal                                $ 44.200
Descuento                               -$ 1.000
Impuestos añadidos                          $ 70
TOTAL                                   $ 43.270
Propina                                  $ 4.000
Redondeo                                   -$ 20
A pagar                                 $ 47.250
Efectivo                                $ 40.500
  US$ 10.00, 1 USD = 4050 COP
Tarjeta                                 $ 10.000
  Ref. 004512
Cambio                                   $ 3.250
------------------------------------------------
Impuestos en el total
INC bolsas $ 70 por unidad, base $ 200      $ 70
IVA exento, base $ 6.000                     $ 0
IVA 5 %, base $ 35.238,10             $ 1.761,90
Nota: Mesa 4
------------------------------------------------
No. SETP-990000001
CUDE:
6f1c2a9d0b3e4f5a8c7d6e5f4a3b2c1d0e9f8a7b6c5d4e3f
2a1b0c9d8e7f6a5b4c3d2e1f0a9b8c7d6e5f4a3b2c1d0e9f
[QR]
https://catalogo-vpfe.dian.gov.co/document/searc
hqr?documentkey=6f1c2a9d0b3e4f5a8c7d6e5f4a3b2c1d
0e9f8a7b6c5d4e3f2a1b0c9d8e7f6a5b4c3d2e1f0a9b8c7d
6e5f4a3b2c1d0e9f
            ¡Gracias por su compra!
   Cambios dentro de 8 días con este tiquete.
",
    );
}

#[test]
fn a_sale_in_english_on_58_mm() {
    assert_ticket(
        &sale(En),
        Paper::Mm58,
        r"
            Café La
           Esperanza
       NIT 900.123.456-7
  Calle 12 # 4-56, Bogotá D.C.
       Responsable de IVA
--------------------------------
          Sales ticket
       No. SETP-990000001
Resolución 18760000001, vence 19
            ene 2030
Date: 21 Nov 2026 18:24
Register: Caja 1
Cashier: Ana Muñoz
Customer: Final consumer
--------------------------------
Café de origen Huila, tostión
media, 500 g
  2 x $ 19.000
  Discount -$ 1.000     $ 37.000
  molido fino
Queso campesino
  0,25 kg x $ 24.000     $ 6.000
Bolsa
  1 x $ 200
  INC bolsas $ 70 per unit
  $ 70                     $ 270
--------------------------------
Subtotal                $ 44.200
Discount                -$ 1.000
Taxes added                 $ 70
TOTAL                   $ 43.270
Tip                      $ 4.000
Rounding                   -$ 20
To pay                  $ 47.250
Cash                    $ 40.500
  US$ 10.00, 1 USD = 4050 COP
Card                    $ 10.000
  Ref. 004512
Change                   $ 3.250
--------------------------------
Taxes in the total
INC bolsas $ 70 per unit,
base $ 200                  $ 70
IVA exempt, base $ 6.000     $ 0
IVA 5%,
base $ 35.238,10      $ 1.761,90
Note: Mesa 4
--------------------------------
No. SETP-990000001
CUDE:
6f1c2a9d0b3e4f5a8c7d6e5f4a3b2c1d
0e9f8a7b6c5d4e3f2a1b0c9d8e7f6a5b
4c3d2e1f0a9b8c7d6e5f4a3b2c1d0e9f
[QR]
https://catalogo-vpfe.dian.gov.c
o/document/searchqr?documentkey=
6f1c2a9d0b3e4f5a8c7d6e5f4a3b2c1d
0e9f8a7b6c5d4e3f2a1b0c9d8e7f6a5b
4c3d2e1f0a9b8c7d6e5f4a3b2c1d0e9f
    ¡Gracias por su compra!
  Cambios dentro de 8 días con
         este tiquete.
",
    );
}

#[test]
fn a_sale_in_english_on_80_mm() {
    assert_ticket(
        &sale(En),
        Paper::Mm80,
        r"
               Café La Esperanza
               NIT 900.123.456-7
          Calle 12 # 4-56, Bogotá D.C.
               Responsable de IVA
------------------------------------------------
                  Sales ticket
               No. SETP-990000001
   Resolución 18760000001, vence 19 ene 2030
Date: 21 Nov 2026 18:24
Register: Caja 1
Cashier: Ana Muñoz
Customer: Final consumer
------------------------------------------------
Café de origen Huila, tostión media, 500 g
  2 x $ 19.000
  Discount -$ 1.000                     $ 37.000
  molido fino
Queso campesino
  0,25 kg x $ 24.000                     $ 6.000
Bolsa
  1 x $ 200
  INC bolsas $ 70 per unit $ 70            $ 270
------------------------------------------------
Subtotal                                $ 44.200
Discount                                -$ 1.000
Taxes added                                 $ 70
TOTAL                                   $ 43.270
Tip                                      $ 4.000
Rounding                                   -$ 20
To pay                                  $ 47.250
Cash                                    $ 40.500
  US$ 10.00, 1 USD = 4050 COP
Card                                    $ 10.000
  Ref. 004512
Change                                   $ 3.250
------------------------------------------------
Taxes in the total
INC bolsas $ 70 per unit, base $ 200        $ 70
IVA exempt, base $ 6.000                     $ 0
IVA 5%, base $ 35.238,10              $ 1.761,90
Note: Mesa 4
------------------------------------------------
No. SETP-990000001
CUDE:
6f1c2a9d0b3e4f5a8c7d6e5f4a3b2c1d0e9f8a7b6c5d4e3f
2a1b0c9d8e7f6a5b4c3d2e1f0a9b8c7d6e5f4a3b2c1d0e9f
[QR]
https://catalogo-vpfe.dian.gov.co/document/searc
hqr?documentkey=6f1c2a9d0b3e4f5a8c7d6e5f4a3b2c1d
0e9f8a7b6c5d4e3f2a1b0c9d8e7f6a5b4c3d2e1f0a9b8c7d
6e5f4a3b2c1d0e9f
            ¡Gracias por su compra!
   Cambios dentro de 8 días con este tiquete.
",
    );
}

#[test]
fn a_provisional_sale_says_so_at_both_ends() {
    let facts = SaleFacts {
        label: "INT-12".to_owned(),
        code: String::new(),
        qr: String::new(),
        authority: Vec::new(),
        provisional: true,
        ..facts()
    };
    let mut order = order();
    order.lines.truncate(1);
    order.customer = Some(buyer());
    let ticket = till_receipt::sale(&order, &facts, &texts(), Es);
    assert_ticket(
        &ticket,
        Paper::Mm58,
        r"
            Café La
           Esperanza
       NIT 900.123.456-7
  Calle 12 # 4-56, Bogotá D.C.
       Responsable de IVA
--------------------------------
          PROVISIONAL
 No es factura; el número sigue
        Tiquete de venta
    Documento interno INT-12
Fecha: 21 nov 2026 18:24
Caja: Caja 1
Cajero: Ana Muñoz
Cliente: Inversiones Ñandú
S.A.S.
NIT 9001234567
--------------------------------
Café de origen Huila, tostión
media, 500 g
  2 x $ 19.000
  Descuento -$ 1.000    $ 37.000
  molido fino
--------------------------------
Subtotal                $ 44.200
Descuento               -$ 1.000
Impuestos añadidos          $ 70
TOTAL                   $ 43.270
Propina                  $ 4.000
Redondeo                   -$ 20
A pagar                 $ 47.250
Efectivo                $ 40.500
  US$ 10.00, 1 USD = 4050 COP
Tarjeta                 $ 10.000
  Ref. 004512
Cambio                   $ 3.250
--------------------------------
Impuestos en el total
INC bolsas $ 70 por unidad,
base $ 200                  $ 70
IVA exento, base $ 6.000     $ 0
IVA 5 %,
base $ 35.238,10      $ 1.761,90
Nota: Mesa 4
--------------------------------
Documento interno INT-12
    ¡Gracias por su compra!
  Cambios dentro de 8 días con
         este tiquete.
          PROVISIONAL
 No es factura; el número sigue
",
    );
}

#[test]
fn a_credit_note_names_its_sale_and_its_buyer() {
    let facts = SaleFacts { label: "NC-17".to_owned(), ..facts() };
    let ticket = till_receipt::credit_note(&credit_note(), Some(&buyer()), &facts, &texts(), Es);
    assert_ticket(
        &ticket,
        Paper::Mm58,
        r"
            Café La
           Esperanza
       NIT 900.123.456-7
  Calle 12 # 4-56, Bogotá D.C.
       Responsable de IVA
--------------------------------
          Nota crédito
           No. NC-17
Resolución 18760000001, vence 19
            ene 2030
De la venta: SETP-990000001
Motivo: empaque roto
Fecha: 21 nov 2026 18:25
Caja: Caja 1
Cajero: Ana Muñoz
Cliente: Inversiones Ñandú
S.A.S.
NIT 9001234567
--------------------------------
Café de origen Huila, tostión
media, 500 g
  1 x $ 19.000
  Descuento -$ 500      $ 18.500
--------------------------------
Subtotal                $ 19.000
Descuento                 -$ 500
TOTAL                   $ 18.500
Devuelto
Efectivo                $ 18.500
--------------------------------
Impuestos en el total
IVA 5 %,
base $ 17.619,05        $ 880,95
--------------------------------
No. NC-17
CUDE:
6f1c2a9d0b3e4f5a8c7d6e5f4a3b2c1d
0e9f8a7b6c5d4e3f2a1b0c9d8e7f6a5b
4c3d2e1f0a9b8c7d6e5f4a3b2c1d0e9f
[QR]
https://catalogo-vpfe.dian.gov.c
o/document/searchqr?documentkey=
6f1c2a9d0b3e4f5a8c7d6e5f4a3b2c1d
0e9f8a7b6c5d4e3f2a1b0c9d8e7f6a5b
4c3d2e1f0a9b8c7d6e5f4a3b2c1d0e9f
    ¡Gracias por su compra!
  Cambios dentro de 8 días con
         este tiquete.
",
    );
}

#[test]
fn a_closed_shift_is_a_z_report() {
    let ticket = till_receipt::shift(&closed_shift(), &shift_facts(), &texts(), Es);
    assert_ticket(
        &ticket,
        Paper::Mm58,
        r"
            Café La
           Esperanza
       NIT 900.123.456-7
  Calle 12 # 4-56, Bogotá D.C.
       Responsable de IVA
--------------------------------
          Cierre Z 12
            Turno 34
Caja: Caja 1
Abierto: 21 nov 2026 08:24, Ana
Muñoz
Relevo: 21 nov 2026 12:24, Ana
Muñoz > Luis Peña
  Esperado             $ 300.000
  Contado              $ 300.000
  Diferencia                 $ 0
Cerrado: 21 nov 2026 18:24, Luis
Peña
Impreso: 21 nov 2026 18:24
--------------------------------
Ventas                        12
Bruto                  $ 442.000
Descuentos             -$ 10.000
Total ventas           $ 432.700
Impuestos en el total
INC bolsas $ 70 por unidad,
base $ 200                  $ 70
IVA exento, base $ 6.000     $ 0
IVA 5 %,
base $ 35.238,10      $ 1.761,90
Propinas                 $ 4.000
Redondeo                   -$ 20
Devoluciones                   2
De ellas, ventas anuladas      1
Total devuelto          $ 18.500
--------------------------------
Medios de pago
Efectivo
  De ventas (10)       $ 336.680
  Devuelto (2)         -$ 18.500
  Esperado             $ 508.180
  Contado              $ 508.000
  Diferencia              -$ 180
Tarjeta
  De ventas (3)        $ 100.000
  Esperado             $ 100.000
  Contado              $ 100.000
  Diferencia                 $ 0
Transferencia
  Abonos de
  clientes (1)          $ 50.000
  Esperado              $ 50.000
  Sin contar
--------------------------------
Cajón
Base de caja           $ 200.000
Entradas de dinero      $ 20.000
Salidas de dinero      -$ 30.000
Aperturas sin venta            1
Carritos
descartados (3)         $ 21.500
Copias impresas                2
--------------------------------
Billetes y monedas
5 x $ 100.000          $ 500.000
4 x $ 2.000              $ 8.000
--------------------------------
Pendiente
Documentos sin enviar          1
Carritos en espera             2
Nota: faltaron monedas
",
    );
}

#[test]
fn an_open_shift_is_an_x_report() {
    let ticket = till_receipt::shift(&open_shift(), &shift_facts(), &texts(), En);
    assert_ticket(
        &ticket,
        Paper::Mm80,
        r"
               Café La Esperanza
               NIT 900.123.456-7
          Calle 12 # 4-56, Bogotá D.C.
               Responsable de IVA
------------------------------------------------
                    X report
                    Shift 34
Register: Caja 1
Opened: 21 Nov 2026 08:24, Ana Muñoz
Handover: 21 Nov 2026 12:24, Ana Muñoz > Luis
Peña
  Expected                             $ 300.000
  Counted                              $ 300.000
  Difference                                 $ 0
In charge: Luis Peña
Printed: 21 Nov 2026 18:24
------------------------------------------------
Sales                                         12
Gross                                  $ 442.000
Discounts                              -$ 10.000
Total sales                            $ 432.700
Taxes in the total
INC bolsas $ 70 per unit, base $ 200        $ 70
IVA exempt, base $ 6.000                     $ 0
IVA 5%, base $ 35.238,10              $ 1.761,90
Tips                                     $ 4.000
Rounding                                   -$ 20
Returns                                        2
Of them, sales undone                          1
Total returned                          $ 18.500
------------------------------------------------
Means of payment
Cash
  Of sales (10)                        $ 336.680
  Paid back (2)                        -$ 18.500
  Expected                             $ 508.180
Card
  Of sales (3)                         $ 100.000
  Expected                             $ 100.000
Transfer
  Debts paid (1)                        $ 50.000
  Expected                              $ 50.000
------------------------------------------------
Drawer
Float                                  $ 200.000
Paid in                                 $ 20.000
Paid out                               -$ 30.000
Opened without a sale                          1
Carts dropped (3)                       $ 21.500
Copies printed                                 2
------------------------------------------------
Waiting
Documents not sent                             5
Held carts                                     6
",
    );
}

#[test]
fn a_test_ticket_shows_what_may_be_wrong() {
    let facts = TestFacts {
        register: "Caja 1".to_owned(),
        printer: "tcp://192.168.0.9:9100".to_owned(),
        at_ms: crate::samples::EVENING,
        utc_offset_min: crate::samples::BOGOTA,
        qr: "tillmesh".to_owned(),
    };
    let ticket = till_receipt::test(&facts, &texts(), Es);
    assert_ticket(
        &ticket,
        Paper::Mm58,
        r"
            Café La
           Esperanza
       NIT 900.123.456-7
  Calle 12 # 4-56, Bogotá D.C.
       Responsable de IVA
--------------------------------
      Prueba de impresora
Fecha: 21 nov 2026 18:24
Caja: Caja 1
tcp://192.168.0.9:9100
Letras: áéíóúüñ ÁÉÍÓÚÜÑ ¿? ¡! €
Negrita
Grande                 US$ 12.34
Importe a la derecha   $ 128.400
 Escanee para probar el código
[QR] tillmesh
--------------------------------
",
    );
}

<?php
/**
 * Remove what the plugin has kept, on each site of a network.
 *
 * @package Calendar_Service
 */

defined( 'WP_UNINSTALL_PLUGIN' ) || exit;

if ( is_multisite() ) {
	foreach ( get_sites( array( 'fields' => 'ids', 'number' => 0 ) ) as $calendar_service_site ) {
		delete_blog_option( $calendar_service_site, 'calendar_service' );
	}
} else {
	delete_option( 'calendar_service' );
}
